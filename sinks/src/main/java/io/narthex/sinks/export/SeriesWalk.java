package io.narthex.sinks.export;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SeriesSelection;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Goes through the samples of an export, metric by metric, each series once. */
final class SeriesWalk {
  private final Export export;
  private final Export.Progress progress;
  private final SampleBuffer rows = new SampleBuffer();
  private long series;
  private long samples;
  private long histograms;
  private long staleMarkers;

  /** Takes what is found. */
  interface Visitor {
    void metric(String name) throws IOException;

    void series(Labels labels) throws IOException;

    void sample(long time, double value) throws IOException;

    /** Whether the format holds native histograms. */
    default boolean histogram(long time, FloatHistogram histogram) throws IOException {
      return false;
    }
  }

  SeriesWalk(Export export, Export.Progress progress) {
    this.export = export;
    this.progress = progress;
  }

  Export.Summary run(Visitor visitor) throws IOException {
    List<String> names = export.metricNames();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      progress.at(name, (double) i / names.size(), samples);
      metric(name, visitor);
    }
    return new Export.Summary(series, samples, histograms, staleMarkers);
  }

  private void metric(String name, Visitor visitor) throws IOException {
    boolean begun = false;
    Set<Labels> seen = new HashSet<>(); // of one metric; only needed where sets may overlap
    for (SeriesSelection selection : export.select(name)) {
      try (selection) {
        for (int s = 0; s < selection.size(); s++) {
          rows.clear();
          long after = export.from() == Long.MIN_VALUE ? Long.MIN_VALUE : export.from() - 1;
          selection.read(s, after, export.to(), rows);
          if (rows.size() == 0 || export.matchers().size() > 1 && !seen.add(selection.labels(s))) {
            continue;
          }
          if (!begun) {
            visitor.metric(name);
            begun = true;
          }
          visitor.series(selection.labels(s));
          series++;
          for (int row = 0; row < rows.size(); row++) {
            row(row, visitor);
          }
        }
      }
    }
  }

  private void row(int row, Visitor visitor) throws IOException {
    @Nullable FloatHistogram histogram = rows.histogram(row);
    if (histogram != null) {
      if (!visitor.histogram(rows.timestamps()[row], histogram)) {
        histograms++;
      }
    } else if (StaleMarker.is(rows.values()[row])) {
      staleMarkers++;
    } else {
      visitor.sample(rows.timestamps()[row], rows.values()[row]);
      samples++;
    }
  }
}
