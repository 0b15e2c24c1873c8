package io.narthex.query.promql.script;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.narthex.query.promql.histogram.HistogramMath;
import io.narthex.query.promql.histogram.StoredHints;
import io.narthex.query.promql.parse.SeriesValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Appends what scripts load. */
final class Loader {
  private final InMemoryStore store;
  private final StoredHints hints = new StoredHints();

  Loader(InMemoryStore store) {
    this.store = store;
  }

  void clear() {
    store.clear();
    hints.clear();
  }

  void load(Script.Load load) {
    for (Script.Loaded series : load.series()) {
      List<SeriesValue> values = series.description().values();
      for (int i = 0; i < values.size(); i++) {
        long time = i * load.step();
        Long offset = i < series.starts().size() ? series.starts().get(i) : null;
        long start = offset == null ? 0 : time + offset;
        append(series.description().labels(), time, values.get(i), start);
      }
    }
    if (load.customBuckets()) {
      new ClassicToCustom().convert(load);
    }
  }

  private void append(Labels labels, long time, SeriesValue value, long start) {
    if (value instanceof SeriesValue.FloatValue number) {
      store.append(labels, time, number.value(), start);
      hints.interrupted(labels);
    } else if (value instanceof SeriesValue.Histogram histogram) {
      append(labels, time, histogram.histogram(), start);
    }
  }

  private void append(Labels labels, long time, FloatHistogram histogram, long start) {
    store.append(labels, time, hints.next(labels, histogram), start);
  }

  /** Makes native histograms with custom bounds of classic ones. */
  private final class ClassicToCustom {
    private final Map<Labels, TreeMap<Long, Parts>> histograms = new HashMap<>();

    private static final class Parts {
      final TreeMap<Double, Double> buckets = new TreeMap<>();
      Double count;
      Double sum;
    }

    void convert(Script.Load load) {
      for (Script.Loaded series : load.series()) {
        List<SeriesValue> values = series.description().values();
        for (int i = 0; i < values.size(); i++) {
          if (values.get(i) instanceof SeriesValue.FloatValue number) {
            collect(series.description().labels(), i * load.step(), number.value());
          }
        }
      }
      histograms.forEach(
          (labels, byTime) ->
              byTime.forEach((time, parts) -> append(labels, time, histogram(parts), 0)));
    }

    private void collect(Labels labels, long time, double value) {
      String name = labels.metricName();
      String le = labels.get("le");
      if (name.endsWith("_bucket") && !le.isEmpty()) {
        Double bound = bound(le);
        if (bound != null) {
          parts(labels, "_bucket", time).buckets.put(bound, value);
        }
      } else if (name.endsWith("_count")) {
        parts(labels, "_count", time).count = value;
      } else if (name.endsWith("_sum")) {
        parts(labels, "_sum", time).sum = value;
      }
    }

    private Parts parts(Labels labels, String suffix, long time) {
      String name = labels.metricName();
      Labels base =
          labels.toBuilder()
              .set(Labels.METRIC_NAME, name.substring(0, name.length() - suffix.length()))
              .remove("le")
              .build();
      return histograms
          .computeIfAbsent(base, key -> new TreeMap<>())
          .computeIfAbsent(time, key -> new Parts());
    }

    private static Double bound(String le) {
      try {
        double bound =
            switch (le) {
              case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
              case "-Inf" -> Double.NEGATIVE_INFINITY;
              default -> Double.parseDouble(le);
            };
        return Double.isNaN(bound) ? null : bound;
      } catch (NumberFormatException e) {
        return null;
      }
    }

    private static FloatHistogram histogram(Parts parts) {
      if (StaleMarker.is(parts.count == null ? 0 : parts.count)) {
        return FloatHistogram.stale();
      }
      var bounds = new TreeSet<>(parts.buckets.keySet());
      bounds.remove(Double.POSITIVE_INFINITY);
      double total =
          parts.count != null
              ? parts.count
              : parts.buckets.getOrDefault(
                  Double.POSITIVE_INFINITY,
                  parts.buckets.isEmpty() ? 0 : parts.buckets.lastEntry().getValue());
      var counts = new ArrayList<Double>();
      double below = 0;
      for (double bound : bounds) {
        double cumulative = parts.buckets.get(bound);
        counts.add(cumulative - below);
        below = cumulative;
      }
      counts.add(total - below);
      return HistogramMath.compact(
          new FloatHistogram(
              ResetHint.UNKNOWN,
              FloatHistogram.CUSTOM_BUCKETS,
              0,
              0,
              total,
              parts.sum == null ? 0 : parts.sum,
              new int[] {0, counts.size()},
              counts.stream().mapToDouble(Double::doubleValue).toArray(),
              new int[0],
              new double[0],
              bounds.stream().mapToDouble(Double::doubleValue).toArray()));
    }
  }
}
