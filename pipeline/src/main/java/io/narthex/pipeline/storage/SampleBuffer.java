package io.narthex.pipeline.storage;

import io.narthex.pipeline.model.FloatHistogram;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one series as growing columns, reused from series to series. A row is a float sample
 * unless it has a histogram. Confined to one thread.
 */
public final class SampleBuffer {
  /** Bytes asked for at least when more is needed, so that asking costs little. */
  private static final long PIECE = 64 << 10;

  private static final long ROW_BYTES = 16;

  /**
   * What gives a buffer leave to grow, and to hold native histograms, which may take much more than
   * a row.
   */
  public interface Budget {
    /** Counts bytes as held; fails if there are not so many. */
    void take(long bytes);

    /** Counts bytes as no longer held. */
    void giveBack(long bytes);
  }

  private final @Nullable Budget budget;
  private long histogramBytes;
  private long granted;
  private long[] timestamps;
  private double[] values;
  private @Nullable FloatHistogram @Nullable [] histograms;
  private long @Nullable [] startTimestamps;
  private int size;
  private boolean anyHistogram;

  public SampleBuffer() {
    this(256);
  }

  public SampleBuffer(int capacity) {
    this(capacity, null);
  }

  /**
   * @param budget what is asked before the columns grow beyond the capacity, and before histograms
   *     are held, piece by piece; none if null. What is granted for histograms is given back when
   *     the buffer is cleared.
   */
  public SampleBuffer(int capacity, @Nullable Budget budget) {
    this.budget = budget;
    timestamps = new long[capacity];
    values = new double[capacity];
  }

  public int size() {
    return size;
  }

  /**
   * Timestamps in milliseconds; rows at {@link #size()} and above are garbage. Replaced when the
   * buffer grows.
   */
  public long[] timestamps() {
    return timestamps;
  }

  /** Values; rows with a histogram have none. Replaced when the buffer grows. */
  public double[] values() {
    return values;
  }

  /** Whether any row since the last clear is a histogram. */
  public boolean hasHistograms() {
    return anyHistogram;
  }

  public @Nullable FloatHistogram histogram(int row) {
    return anyHistogram && histograms != null ? histograms[row] : null;
  }

  /** When the row's counter began, in milliseconds; 0 if unknown. */
  public long startTimestamp(int row) {
    return startTimestamps == null ? 0 : startTimestamps[row];
  }

  /** Appends all rows of another buffer. */
  public void addAll(SampleBuffer other) {
    ensure(size() + other.size());
    for (int row = 0; row < other.size(); row++) {
      var histogram = other.histogram(row);
      if (histogram == null) {
        add(other.timestamps()[row], other.values()[row]);
      } else {
        add(other.timestamps()[row], histogram);
      }
      startTimestamp(other.startTimestamp(row));
    }
  }

  public void clear() {
    if (anyHistogram && histograms != null) {
      Arrays.fill(histograms, 0, size, null);
    }
    if (startTimestamps != null) {
      Arrays.fill(startTimestamps, 0, size, 0);
    }
    anyHistogram = false;
    size = 0;
    histogramBytes = 0;
    if (budget != null && granted > 0) {
      long back = granted;
      granted = 0;
      budget.giveBack(back);
    }
  }

  /** Forgets all rows at {@code newSize} and above. */
  public void truncate(int newSize) {
    if (newSize >= size) {
      return;
    }
    if (anyHistogram && histograms != null) {
      for (int row = newSize; row < size; row++) {
        FloatHistogram histogram = histograms[row];
        histogramBytes -= histogram == null ? 0 : histogram.sizeInBytes();
      }
      Arrays.fill(histograms, newSize, size, null);
    }
    if (startTimestamps != null) {
      Arrays.fill(startTimestamps, newSize, size, 0);
    }
    size = newSize;
  }

  public void add(long timestamp, double value) {
    ensure(size + 1);
    timestamps[size] = timestamp;
    values[size] = value;
    size++;
  }

  public void add(long timestamp, FloatHistogram histogram) {
    histogramBytes += histogram.sizeInBytes();
    if (budget != null && histogramBytes > granted) {
      long piece = Math.max(PIECE, histogramBytes - granted);
      budget.take(piece);
      granted += piece;
    }
    add(timestamp, 0d);
    if (histograms == null) {
      histograms = new FloatHistogram[timestamps.length];
    }
    histograms[size - 1] = histogram;
    anyHistogram = true;
  }

  /** Sets the start timestamp of the row added last. */
  public void startTimestamp(long startTimestamp) {
    if (startTimestamp == 0 && startTimestamps == null) {
      return;
    }
    if (startTimestamps == null) {
      startTimestamps = new long[timestamps.length];
    }
    startTimestamps[size - 1] = startTimestamp;
  }

  /**
   * Makes room for this many rows in all, and says where to write: decoders fill the columns and
   * then {@link #grow}.
   */
  public void ensure(int capacity) {
    if (capacity <= timestamps.length) {
      return;
    }
    int larger = Math.max(capacity, 2 * timestamps.length);
    if (budget != null) {
      budget.take(ROW_BYTES * (larger - timestamps.length));
    }
    timestamps = Arrays.copyOf(timestamps, larger);
    values = Arrays.copyOf(values, larger);
    if (histograms != null) {
      histograms = Arrays.copyOf(histograms, larger);
    }
    if (startTimestamps != null) {
      startTimestamps = Arrays.copyOf(startTimestamps, larger);
    }
  }

  /** Counts rows that were written into the columns directly. */
  public void grow(int rows) {
    size += rows;
  }

  /** How many rows the columns have room for. */
  public int capacity() {
    return timestamps.length;
  }

  /** Bytes held by the columns and by native histograms. */
  public long sizeInBytes() {
    return ROW_BYTES * timestamps.length + histogramBytes;
  }
}
