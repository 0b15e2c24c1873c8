package io.narthex.operators.rules.evaluation;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.BufferedPage;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.storage.StoreStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Floats that change no more, as arrays, by metric name and in label order; for many queries. */
final class FrozenStore implements SampleStore {
  private final Map<String, List<Points>> byName = new HashMap<>();

  private record Points(Labels labels, long[] times, double[] values) {
    int after(long time) {
      int found = Arrays.binarySearch(times, time);
      return found >= 0 ? found + 1 : -found - 1;
    }
  }

  FrozenStore(TreeMap<Labels, NavigableMap<Long, Double>> series) {
    series.forEach(
        (labels, points) ->
            byName
                .computeIfAbsent(labels.metricName(), name -> new ArrayList<>())
                .add(
                    new Points(
                        labels,
                        points.keySet().stream().mapToLong(Long::longValue).toArray(),
                        points.values().stream().mapToDouble(Double::doubleValue).toArray())));
  }

  @Override
  public SeriesSelection select(Selector selector) {
    var found = new ArrayList<Points>();
    for (var matcher : selector.matchers()) {
      if (matcher.name().equals(Labels.METRIC_NAME)) {
        for (var points : byName.getOrDefault(matcher.value(), List.of())) {
          if (selector.matchers().stream()
                  .allMatch(each -> each.matches(points.labels.get(each.name())))
              && points.after(selector.to()) > points.after(selector.from() - 1)) {
            found.add(points);
          }
        }
      }
    }
    return new SeriesSelection() {
      @Override
      public int size() {
        return found.size();
      }

      @Override
      public Labels labels(int series) {
        return found.get(series).labels;
      }

      @Override
      public void read(int series, long after, long to, SampleBuffer into) {
        var points = found.get(series);
        int end = points.after(to);
        for (int row = points.after(after); row < end; row++) {
          into.add(points.times[row], points.values[row]);
        }
      }

      @Override
      public PageCursor pages(int series) {
        var page = new SampleBuffer();
        read(series, selector.from() - 1, selector.to(), page);
        return new BufferedPage(page);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<String> labelNames(Lookup lookup) {
    throw new UnsupportedOperationException("only selects");
  }

  @Override
  public List<String> labelValues(String name, Lookup lookup) {
    throw new UnsupportedOperationException("only selects");
  }

  @Override
  public List<Labels> series(Lookup lookup) {
    throw new UnsupportedOperationException("only selects");
  }

  @Override
  public StoreStatistics statistics() {
    throw new UnsupportedOperationException("only selects");
  }
}
