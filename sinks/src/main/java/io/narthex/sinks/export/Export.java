package io.narthex.sinks.export;

import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.pipeline.storage.SeriesSelection;
import java.util.ArrayList;
import java.util.List;

/**
 * What is exported: the series that satisfy one whole set of matchers, in a time range with both
 * ends in milliseconds.
 *
 * @param matchers at least one set
 */
public record Export(SampleStore store, List<List<Matcher>> matchers, long from, long to) {

  public Export {
    matchers = List.copyOf(matchers);
    if (matchers.isEmpty()) {
      throw new IllegalArgumentException("an export needs a set of matchers");
    }
  }

  /** Is told how far an export is; often, so it should be quick. */
  @FunctionalInterface
  public interface Progress {
    /**
     * Tells the state.
     *
     * @param metric that is written
     * @param share how much is done, from 0 to 1
     * @param samples written until now
     */
    void at(String metric, double share, long samples);
  }

  /**
   * What an export did.
   *
   * @param histograms native histograms that the format cannot hold and that were left out
   * @param staleMarkers ends of series, which the format cannot hold either
   */
  public record Summary(long series, long samples, long histograms, long staleMarkers) {}

  /** The metric names of the series. */
  List<String> metricNames() {
    return store.labelValues("__name__", lookup());
  }

  /** The series, for questions of their labels. */
  Lookup lookup() {
    return new Lookup(matchers, from, to, 0);
  }

  /**
   * Selects the series of a metric, in label order. With several sets of matchers there is a
   * selection for each, and the same series may be in more than one of them.
   */
  List<SeriesSelection> select(String metric) {
    var selections = new ArrayList<SeriesSelection>();
    for (var set : matchers) {
      var all = new ArrayList<>(set);
      all.add(Matcher.equal("__name__", metric));
      selections.add(store.select(new Selector(all, from, to, true)));
    }
    return selections;
  }
}
