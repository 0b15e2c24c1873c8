package io.narthex.operators.rules.window;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The newest samples of one series as growing columns in order of time; rows {@code [first, end)}
 * are in use. Times are milliseconds.
 */
public final class SeriesWindow {
  private static final int SMALLEST = 8;

  private final Labels labels;
  private final long reach;
  private @Nullable Labels nameless; // made when somebody asks
  private long[] timestamps = new long[SMALLEST];
  private double[] values = new double[SMALLEST];
  private @Nullable FloatHistogram @Nullable [] histograms;
  private long @Nullable [] starts;
  private int first;
  private int end;
  private SelectedSeries[] selections = {};
  private int[] positions = {};

  /**
   * An empty window.
   *
   * @param reach how far back readers of the series look
   */
  SeriesWindow(Labels labels, long reach) {
    this.labels = labels;
    this.reach = reach;
  }

  /** Of the series. */
  public Labels labels() {
    return labels;
  }

  /** The labels less the metric's name; always the same object, for all who ask. */
  public Labels nameless() {
    var known = nameless;
    if (known == null) {
      known = labels.without(Labels.METRIC_NAME::equals);
      nameless = known;
    }
    return known;
  }

  boolean isEmpty() {
    return first == end;
  }

  boolean hasHistograms() {
    return histograms != null;
  }

  /** The first row in use. */
  public int first() {
    return first;
  }

  /** The row after the last one in use. */
  public int end() {
    return end;
  }

  /** When the sample of a row was taken, milliseconds. */
  public long time(int row) {
    return timestamps[row];
  }

  /** The value of a row; 0 where it is a histogram. */
  public double value(int row) {
    return values[row];
  }

  /** The first row after a time; {@link #end} if there is none. */
  public int after(long time) {
    if (first == end || timestamps[end - 1] <= time) {
      return end;
    }
    return atOrAfter(time + 1);
  }

  /** Belongs to a selection from now on. */
  void join(SelectedSeries selection, int position) {
    selections = Arrays.copyOf(selections, selections.length + 1);
    selections[selections.length - 1] = selection;
    positions = Arrays.copyOf(positions, selections.length);
    positions[selections.length - 1] = position;
  }

  /** Stands elsewhere in a selection. */
  void moved(SelectedSeries selection, int position) {
    positions[indexOf(selection)] = position;
  }

  int positionIn(SelectedSeries selection) {
    return positions[indexOf(selection)];
  }

  private int indexOf(SelectedSeries selection) {
    int at = 0;
    while (selections[at] != selection) {
      at++;
    }
    return at;
  }

  private void touch(long time) {
    for (int i = 0; i < selections.length; i++) {
      if (histograms != null) {
        selections[i].sawHistogram();
      }
      selections[i].touched(positions[i], time);
    }
  }

  /**
   * Adds a sample unless there is one at its time already.
   *
   * @param start when the counter began; 0 if unknown
   * @param replaces whether a sample at its time gives way
   * @return whether anything changed
   */
  boolean add(
      long time, double value, @Nullable FloatHistogram histogram, long start, boolean replaces) {
    int at = end;
    if (first < end && time <= timestamps[end - 1]) {
      int found = Arrays.binarySearch(timestamps, first, end, time);
      if (found >= 0) {
        return replaces && replace(found, value, histogram);
      }
      at = -found - 1;
    }
    insert(at, time, value, histogram, start);
    touch(time);
    return true;
  }

  private boolean replace(int row, double value, @Nullable FloatHistogram histogram) {
    var before = histograms == null ? null : histograms[row];
    if (Double.doubleToRawLongBits(values[row]) == Double.doubleToRawLongBits(value)
        && Objects.equals(before, histogram)) {
      return false;
    }
    values[row] = value;
    if (histogram != null && histograms == null) {
      histograms = new FloatHistogram[timestamps.length];
    }
    if (histograms != null) {
      histograms[row] = histogram;
    }
    touch(timestamps[row]);
    return true;
  }

  private void insert(
      int at, long time, double value, @Nullable FloatHistogram histogram, long start) {
    int shifted = makeRoom();
    insert(at - shifted, time, value);
    if (histogram != null || histograms != null) {
      if (histograms == null) {
        histograms = new FloatHistogram[timestamps.length];
      }
      System.arraycopy(
          histograms, at - shifted, histograms, at - shifted + 1, end - (at - shifted));
      histograms[at - shifted] = histogram;
    }
    if (start != 0 || starts != null) {
      if (starts == null) {
        starts = new long[timestamps.length];
      }
      System.arraycopy(starts, at - shifted, starts, at - shifted + 1, end - (at - shifted));
      starts[at - shifted] = start;
    }
    end++;
  }

  /** Forgets what no reader at this time or later can see. */
  void evict(long time) {
    long oldest = time - reach;
    while (first < end && timestamps[first] < oldest) {
      if (histograms != null) {
        histograms[first] = null;
      }
      first++;
    }
    if (first == end) {
      first = 0;
      end = 0;
    }
  }

  /** Whether there is a sample in {@code [from, to]}. */
  boolean overlaps(long from, long to) {
    int at = atOrAfter(from);
    return at < end && timestamps[at] <= to;
  }

  /** Appends the samples in {@code [from, to]}. */
  void read(long from, long to, SampleBuffer into) {
    for (int row = atOrAfter(from); row < end && timestamps[row] <= to; row++) {
      var histogram = histograms == null ? null : histograms[row];
      if (histogram == null) {
        into.add(timestamps[row], values[row]);
      } else {
        into.add(timestamps[row], histogram);
      }
      into.startTimestamp(starts == null ? 0 : starts[row]);
    }
  }

  /** Tells the times of the samples from a time on. */
  void eachTime(LongConsumer times, long from) {
    for (int row = atOrAfter(from); row < end; row++) {
      times.accept(timestamps[row]);
    }
  }

  /** Adds all samples to another window. */
  void copyTo(SeriesWindow other) {
    for (int row = first; row < end; row++) {
      other.add(
          timestamps[row],
          values[row],
          histograms == null ? null : histograms[row],
          starts == null ? 0 : starts[row],
          false);
    }
  }

  private int atOrAfter(long time) {
    int found = Arrays.binarySearch(timestamps, first, end, time);
    return found >= 0 ? found : -found - 1;
  }

  private void insert(int at, long time, double value) {
    System.arraycopy(timestamps, at, timestamps, at + 1, end - at);
    System.arraycopy(values, at, values, at + 1, end - at);
    timestamps[at] = time;
    values[at] = value;
  }

  /**
   * Makes room for one more row; returns by how many rows all others moved to the front. Columns
   * grow by a half while more than three quarters are in use: a window keeps its size, so that what
   * they are too long stays too long.
   */
  private int makeRoom() {
    int capacity = timestamps.length;
    if (end < capacity) {
      return 0;
    }
    int shift = first;
    int size = end - first;
    if (4 * size > 3 * capacity) {
      resize(capacity + capacity / 2);
    } else if (capacity > 2 * SMALLEST && 4 * size < capacity) {
      resize(Math.max(SMALLEST, 2 * size));
    } else {
      System.arraycopy(timestamps, first, timestamps, 0, size);
      System.arraycopy(values, first, values, 0, size);
      if (histograms != null) {
        System.arraycopy(histograms, first, histograms, 0, size);
        Arrays.fill(histograms, size, capacity, null);
      }
      if (starts != null) {
        System.arraycopy(starts, first, starts, 0, size);
      }
    }
    first = 0;
    end = size;
    return shift;
  }

  /** Gives the columns another length; the rows in use go to the front. */
  private void resize(int capacity) {
    int size = end - first;
    long[] times = new long[capacity];
    System.arraycopy(timestamps, first, times, 0, size);
    timestamps = times;
    double[] moved = new double[capacity];
    System.arraycopy(values, first, moved, 0, size);
    values = moved;
    if (histograms != null) {
      var copied = new FloatHistogram[capacity];
      System.arraycopy(histograms, first, copied, 0, size);
      histograms = copied;
    }
    if (starts != null) {
      long[] begun = new long[capacity];
      System.arraycopy(starts, first, begun, 0, size);
      starts = begun;
    }
  }
}
