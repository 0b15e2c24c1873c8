package io.narthex.pipeline.storage;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.model.SampleBatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A small store without files, such as unit tests of rules read: sorted maps. A sample at a time
 * that is there already replaces it. Safe for use by several threads.
 */
public class MemoryStore implements SampleStore {
  private final Map<Labels, NavigableMap<Long, Point>> series = new LinkedHashMap<>();

  private final ChangeTracker changes = new ChangeTracker();

  private record Point(double value, @Nullable FloatHistogram histogram, long start) {}

  /** Takes a float. */
  public synchronized void append(Labels labels, long timestamp, double value) {
    append(labels, timestamp, value, 0);
  }

  /**
   * Takes a float.
   *
   * @param start when the counter began, in milliseconds; 0 if unknown
   */
  public synchronized void append(Labels labels, long timestamp, double value, long start) {
    put(labels, timestamp, new Point(value, null, start));
  }

  /**
   * Takes a histogram.
   *
   * @param start when the counter began, in milliseconds; 0 if unknown
   */
  public synchronized void append(
      Labels labels, long timestamp, FloatHistogram histogram, long start) {
    put(labels, timestamp, new Point(0, histogram, start));
  }

  /** Takes a histogram. */
  public synchronized void append(Labels labels, long timestamp, FloatHistogram histogram) {
    append(labels, timestamp, histogram, 0);
  }

  /** Takes all samples of a batch. */
  public synchronized void append(SampleBatch batch) {
    for (int i = 0; i < batch.seriesCount(); i++) {
      Labels labels = batch.labels(i);
      int end = batch.oneRowEach() ? i + 1 : batch.firstRow(i + 1);
      for (int row = batch.firstRow(i); row < end; row++) {
        put(
            labels,
            batch.timestamp(row),
            new Point(batch.value(row), batch.histogram(row), batch.startTimestamp(row)));
      }
    }
  }

  /** Throws everything away. */
  public synchronized void clear() {
    series.clear();
    changes.changed(Long.MIN_VALUE);
  }

  /** Deletes the samples of a series in a range; both ends included. */
  public synchronized void delete(Labels labels, long from, long to) {
    var points = series.get(labels);
    if (points != null) {
      points.subMap(from, true, to, true).clear();
      if (points.isEmpty()) {
        series.remove(labels);
      }
      changes.changed(from);
    }
  }

  @Override
  public Changes changes() {
    return changes;
  }

  private void put(Labels labels, long timestamp, Point point) {
    series.computeIfAbsent(labels, key -> new TreeMap<>()).put(timestamp, point);
    changes.changed(timestamp);
  }

  @Override
  public synchronized SeriesSelection select(Selector selector) {
    var selected = new ArrayList<Selected>();
    series.forEach(
        (labels, points) -> {
          if (matches(labels, selector.matchers())
              && overlaps(points, selector.from(), selector.to())) {
            selected.add(new Selected(labels, new TreeMap<>(points)));
          }
        });
    if (selector.sorted()) {
      selected.sort(Comparator.comparing(Selected::labels));
    }
    return new Selection(selected, selector.from(), selector.to());
  }

  @Override
  public synchronized List<String> labelNames(Lookup lookup) {
    Set<String> names = new TreeSet<>(Names.BYTE_ORDER);
    matching(lookup, names).forEach(labels -> names.addAll(labels.names()));
    return limited(names.stream(), lookup.limit());
  }

  @Override
  public synchronized List<String> labelValues(String name, Lookup lookup) {
    Set<String> values = new TreeSet<>(Names.BYTE_ORDER);
    matching(lookup, values)
        .filter(labels -> labels.has(name))
        .forEach(labels -> values.add(labels.get(name)));
    return limited(values.stream(), lookup.limit());
  }

  @Override
  public synchronized List<Labels> series(Lookup lookup) {
    var found = new ArrayList<Labels>();
    matching(lookup, found).forEach(found::add);
    return limited(found.stream().sorted(), lookup.limit());
  }

  @Override
  public synchronized StoreStatistics statistics() {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (var points : series.values()) {
      min = Math.min(min, points.firstKey());
      max = Math.max(max, points.lastKey());
    }
    return new StoreStatistics(series.size(), min, max, series.size(), 0, min, max);
  }

  private Stream<Labels> matching(Lookup lookup, Collection<?> found) {
    var sets = lookup.matchers();
    return series.entrySet().stream()
        .peek(entry -> lookup.growth().accept(found.size()))
        .filter(entry -> overlaps(entry.getValue(), lookup.from(), lookup.to()))
        .map(Map.Entry::getKey)
        .filter(labels -> sets.isEmpty() || sets.stream().anyMatch(set -> matches(labels, set)));
  }

  private static <T> List<T> limited(Stream<T> stream, int limit) {
    return (limit == 0 ? stream : stream.limit(limit)).toList();
  }

  private static boolean matches(Labels labels, List<Matcher> matchers) {
    return matchers.stream().allMatch(matcher -> matcher.matches(labels.get(matcher.name())));
  }

  private static boolean overlaps(NavigableMap<Long, Point> points, long from, long to) {
    Long first = points.ceilingKey(from);
    return first != null && first <= to;
  }

  private record Selected(Labels labels, NavigableMap<Long, Point> points) {}

  private record Selection(List<Selected> all, long from, long to) implements SeriesSelection {
    @Override
    public int size() {
      return all.size();
    }

    @Override
    public Labels labels(int series) {
      return all.get(series).labels();
    }

    @Override
    public void read(int series, long after, long last, SampleBuffer into) {
      all.get(series)
          .points()
          .headMap(last, true)
          .tailMap(after, false)
          .forEach((time, point) -> add(into, time, point));
    }

    @Override
    public PageCursor pages(int series) {
      var page = new SampleBuffer();
      all.get(series)
          .points()
          .headMap(to, true)
          .tailMap(from, true)
          .forEach((time, point) -> add(page, time, point));
      return new BufferedPage(page);
    }

    @Override
    public void close() {}

    static void add(SampleBuffer into, long time, Point point) {
      if (point.histogram() == null) {
        into.add(time, point.value());
      } else {
        into.add(time, point.histogram());
      }
      into.startTimestamp(point.start());
    }
  }
}
