package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one series and a range over them that slides from step to step. Floats and
 * histograms stand in columns of their own, without stale markers. Times are milliseconds. Confined
 * to one thread.
 */
public final class Window {
  private long[] floatTimes = new long[256];
  private double[] values = new double[256];
  private long[] ownTimes = floatTimes;
  private double[] ownValues = values;
  private boolean borrowed;
  private long @Nullable [] floatStarts;
  private int floats;

  private long[] histogramTimes = new long[16];
  private FloatHistogram[] histograms = new FloatHistogram[16];
  private long @Nullable [] histogramStarts;
  private int histogramCount;

  private Labels labels = Labels.EMPTY;
  private boolean starts;

  private int floatFrom;
  private int floatTo;
  private int histogramFrom;
  private int histogramTo;
  private long rangeStart;
  private long rangeEnd;
  private long time;

  /**
   * Takes the samples of a series; stale markers are left out. The buffer is not to be changed
   * until the next series begins.
   *
   * @param useStarts whether start timestamps are to be known
   */
  public void load(Labels series, SampleBuffer buffer, boolean useStarts) {
    reset(series);
    starts = useStarts;
    int rows = buffer.size();
    long[] times = buffer.timestamps();
    double[] read = buffer.values();
    if (!buffer.hasHistograms() && !hasStale(read, rows)) {
      floatTimes = times;
      values = read;
      borrowed = true;
      floats = rows;
      if (useStarts) {
        loadStarts(buffer);
      }
      return;
    }
    ensureFloats(rows);
    if (!buffer.hasHistograms()) {
      for (int row = 0; row < rows; row++) {
        double value = read[row];
        if (Double.doubleToRawLongBits(value) != StaleMarker.BITS) {
          floatTimes[floats] = times[row];
          values[floats++] = value;
        }
      }
      if (useStarts) {
        loadStarts(buffer);
      }
      return;
    }
    for (int row = 0; row < rows; row++) {
      FloatHistogram histogram = buffer.histogram(row);
      if (histogram != null) {
        if (!histogram.isStale()) {
          addHistogram(times[row], histogram);
        }
      } else if (!StaleMarker.is(read[row])) {
        floatTimes[floats] = times[row];
        values[floats++] = read[row];
      }
    }
    if (useStarts) {
      loadStarts(buffer);
    }
  }

  private static boolean hasStale(double[] values, int rows) {
    int found = 0;
    for (int row = 0; row < rows; row++) {
      found += Double.doubleToRawLongBits(values[row]) == StaleMarker.BITS ? 1 : 0;
    }
    return found > 0;
  }

  /** Begins a series without samples, to be filled by {@link #add}. */
  public void reset(Labels series) {
    labels = series;
    if (borrowed) {
      floatTimes = ownTimes;
      values = ownValues;
      borrowed = false;
    }
    starts = false;
    floats = 0;
    Arrays.fill(histograms, 0, histogramCount, null);
    histogramCount = 0;
    floatFrom = 0;
    floatTo = 0;
    histogramFrom = 0;
    histogramTo = 0;
  }

  public void add(long timestamp, double value) {
    ensureFloats(floats + 1);
    floatTimes[floats] = timestamp;
    values[floats++] = value;
  }

  public void add(long timestamp, FloatHistogram histogram) {
    addHistogram(timestamp, histogram);
  }

  /**
   * Moves to the samples in {@code (from, to]}; both bounds may only grow from call to call for one
   * series.
   *
   * @param windowStart exclusive lower bound of what is in the window
   * @param windowEnd inclusive upper bound of what is in the window
   */
  public void slide(long windowStart, long windowEnd) {
    while (floatTo < floats && floatTimes[floatTo] <= windowEnd) {
      floatTo++;
    }
    while (floatFrom < floatTo && floatTimes[floatFrom] <= windowStart) {
      floatFrom++;
    }
    if (histogramCount > 0) {
      while (histogramTo < histogramCount && histogramTimes[histogramTo] <= windowEnd) {
        histogramTo++;
      }
      while (histogramFrom < histogramTo && histogramTimes[histogramFrom] <= windowStart) {
        histogramFrom++;
      }
    }
  }

  /** Moves to floats that are known to be in the window. */
  void at(int from, int to) {
    floatFrom = from;
    floatTo = to;
  }

  /** Whether the series has no histograms. */
  public boolean hasFloatsOnly() {
    return histogramCount == 0;
  }

  /** Sets the bounds of the range (not widened by anchored or smoothed) and the step's time. */
  public void range(long start, long end, long stepTime) {
    rangeStart = start;
    rangeEnd = end;
    time = stepTime;
  }

  public long rangeStart() {
    return rangeStart;
  }

  public long rangeEnd() {
    return rangeEnd;
  }

  /** Time of the step. */
  public long time() {
    return time;
  }

  public Labels labels() {
    return labels;
  }

  public boolean isEmpty() {
    return floatFrom == floatTo && histogramFrom == histogramTo;
  }

  public int floats() {
    return floatTo - floatFrom;
  }

  public int histograms() {
    return histogramTo - histogramFrom;
  }

  /** Index of the first float in the window, for {@link #values} and {@link #floatTimes}. */
  public int floatFrom() {
    return floatFrom;
  }

  /** Index after the last float. */
  public int floatTo() {
    return floatTo;
  }

  public double[] values() {
    return values;
  }

  public long[] floatTimes() {
    return floatTimes;
  }

  /** Index of the first histogram in the window. */
  public int histogramFrom() {
    return histogramFrom;
  }

  public int histogramTo() {
    return histogramTo;
  }

  public FloatHistogram histogram(int index) {
    return histograms[index];
  }

  public long histogramTime(int index) {
    return histogramTimes[index];
  }

  /** Start timestamp of a float; 0 if unknown. */
  public long floatStart(int index) {
    return starts && floatStarts != null ? floatStarts[index] : 0;
  }

  /** Start timestamp of a histogram; 0 if unknown. */
  public long histogramStart(int index) {
    return starts && histogramStarts != null ? histogramStarts[index] : 0;
  }

  /** Whether start timestamps are to be looked at. */
  public boolean hasStarts() {
    return starts;
  }

  /** How many floats the series has in all. */
  public int allFloats() {
    return floats;
  }

  private void loadStarts(SampleBuffer buffer) {
    if (floatStarts == null || floatStarts.length < floatTimes.length) {
      floatStarts = new long[floatTimes.length];
    }
    if (histogramStarts == null || histogramStarts.length < histogramTimes.length) {
      histogramStarts = new long[histogramTimes.length];
    }
    int toFloat = 0;
    int toHistogram = 0;
    boolean any = false;
    for (int row = 0; row < buffer.size(); row++) {
      FloatHistogram histogram = buffer.histogram(row);
      long start = buffer.startTimestamp(row);
      any |= start != 0;
      if (histogram != null) {
        if (!histogram.isStale()) {
          histogramStarts[toHistogram++] = start;
        }
      } else if (!StaleMarker.is(buffer.values()[row])) {
        floatStarts[toFloat++] = start;
      }
    }
    starts = any;
  }

  private void addHistogram(long timestamp, FloatHistogram histogram) {
    if (histogramCount == histogramTimes.length) {
      histogramTimes = Arrays.copyOf(histogramTimes, 2 * histogramCount);
      histograms = Arrays.copyOf(histograms, 2 * histogramCount);
    }
    histogramTimes[histogramCount] = timestamp;
    histograms[histogramCount++] = histogram;
  }

  private void ensureFloats(int capacity) {
    if (capacity > floatTimes.length) {
      int larger = Math.max(capacity, 2 * floatTimes.length);
      floatTimes = Arrays.copyOf(floatTimes, larger);
      values = Arrays.copyOf(values, larger);
      ownTimes = floatTimes;
      ownValues = values;
    }
  }
}
