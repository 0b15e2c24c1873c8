package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.PageStatistics;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.pipeline.storage.StoreStatistics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Float series in arrays: reading costs a copy, so that a benchmark measures the engine. */
final class ArrayStore implements SampleStore {
  private final List<Labels> labels = new ArrayList<>();
  private final List<double[]> values = new ArrayList<>();
  private final long[] times;
  private final AtomicLong labelsAsked = new AtomicLong();
  private int rowsInPage;

  /**
   * @param times of all series
   */
  ArrayStore(long[] times) {
    this.times = times;
  }

  /**
   * Has selections give pages of so many rows, with statistics; 0 gives each series as one page
   * without.
   */
  ArrayStore inPagesOf(int rows) {
    rowsInPage = rows;
    return this;
  }

  /** How often selections were asked for the labels of a series. */
  long labelsAsked() {
    return labelsAsked.get();
  }

  void add(Labels series, double[] column) {
    labels.add(series);
    values.add(column);
  }

  @Override
  public SeriesSelection select(Selector selector) {
    int[] selected = new int[labels.size()];
    int size = 0;
    for (int i = 0; i < selected.length; i++) {
      if (matches(labels.get(i), selector.matchers())) {
        selected[size++] = i;
      }
    }
    return new Selection(Arrays.copyOf(selected, size));
  }

  private static boolean matches(Labels series, List<Matcher> matchers) {
    for (Matcher matcher : matchers) {
      if (!matcher.matches(series.get(matcher.name()))) {
        return false;
      }
    }
    return true;
  }

  private final class Selection implements SeriesSelection {
    private final int[] selected;

    Selection(int[] selected) {
      this.selected = selected;
    }

    @Override
    public int size() {
      return selected.length;
    }

    @Override
    public Labels labels(int series) {
      labelsAsked.incrementAndGet();
      return labels.get(selected[series]);
    }

    @Override
    public void read(int series, long after, long to, SampleBuffer into) {
      int from = first(after + 1);
      int rows = first(to + 1) - from;
      into.ensure(into.size() + rows);
      System.arraycopy(times, from, into.timestamps(), into.size(), rows);
      System.arraycopy(values.get(selected[series]), from, into.values(), into.size(), rows);
      into.grow(rows);
    }

    private int first(long time) {
      int at = Arrays.binarySearch(times, time);
      return at >= 0 ? at : -at - 1;
    }

    @Override
    public PageCursor pages(int series) {
      return new Pages(values.get(selected[series]));
    }

    @Override
    public void close() {}
  }

  @Override
  public List<String> labelNames(Lookup lookup) {
    return List.of();
  }

  @Override
  public List<String> labelValues(String name, Lookup lookup) {
    return List.of();
  }

  @Override
  public List<Labels> series(Lookup lookup) {
    return List.of();
  }

  @Override
  public StoreStatistics statistics() {
    return new StoreStatistics(labels.size(), 0, 0, 0, 0, 0, 0);
  }

  private final class Pages implements PageCursor {
    private final double[] column;
    private int from;
    private int to;

    Pages(double[] column) {
      this.column = column;
    }

    @Override
    public boolean next() {
      from = to;
      to = Math.min(times.length, rowsInPage == 0 ? times.length : from + rowsInPage);
      return from < to;
    }

    @Override
    public long minTime() {
      return times[from];
    }

    @Override
    public long maxTime() {
      return times[to - 1];
    }

    @Override
    public int count() {
      return to - from;
    }

    @Override
    public @Nullable PageStatistics statistics() {
      double[] present =
          Arrays.stream(column, from, to).filter(value -> !StaleMarker.is(value)).toArray();
      if (rowsInPage == 0
          || present.length == 0
          || Arrays.stream(present).anyMatch(Double::isNaN)) {
        return null;
      }
      return new PageStatistics(
          present.length,
          Arrays.stream(present).min().getAsDouble(),
          Arrays.stream(present).max().getAsDouble(),
          0,
          present[0],
          present[present.length - 1],
          0,
          0);
    }

    @Override
    public void read(SampleBuffer into) {
      for (int row = from; row < to; row++) {
        into.add(times[row], column[row]);
      }
    }
  }
}
