package io.narthex.operators.rules;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.storage.StoreStatistics;
import java.util.List;

/** A store that always selects in label order, as the block store does; sums depend on it. */
record LabelOrderedStore(SampleStore store) implements SampleStore {
  @Override
  public SeriesSelection select(Selector selector) {
    return store.select(new Selector(selector.matchers(), selector.from(), selector.to(), true));
  }

  @Override
  public List<String> labelNames(List<List<Matcher>> matchers, long from, long to, int limit) {
    return store.labelNames(matchers, from, to, limit);
  }

  @Override
  public List<String> labelValues(
      String name, List<List<Matcher>> matchers, long from, long to, int limit) {
    return store.labelValues(name, matchers, from, to, limit);
  }

  @Override
  public List<Labels> series(List<List<Matcher>> matchers, long from, long to, int limit) {
    return store.series(matchers, from, to, limit);
  }

  @Override
  public StoreStatistics statistics() {
    return store.statistics();
  }
}
