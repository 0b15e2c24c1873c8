package io.narthex.sinks.head;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one series that came out of order, in order of their arrival. Guarded by the head's
 * lock; rows never change, so a {@link View} is read without it.
 */
final class LateSamples {
  /** Bytes of a row, room to grow included. */
  static final long ROW_BYTES = 40;

  private long[] timestamps = new long[4];
  private long[] bits = new long[4];
  private long[] starts = new long[4];
  private @Nullable FloatHistogram @Nullable [] histograms;
  private int size;

  void add(long timestamp, long valueBits, long start, @Nullable FloatHistogram histogram) {
    if (size == timestamps.length) {
      timestamps = Arrays.copyOf(timestamps, 2 * size);
      bits = Arrays.copyOf(bits, 2 * size);
      starts = Arrays.copyOf(starts, 2 * size);
      if (histograms != null) {
        histograms = Arrays.copyOf(histograms, 2 * size);
      }
    }
    if (histogram != null) {
      if (histograms == null) {
        histograms = new FloatHistogram[timestamps.length];
      }
      histograms[size] = histogram;
    }
    timestamps[size] = timestamp;
    bits[size] = valueBits;
    starts[size] = start;
    size++;
  }

  int size() {
    return size;
  }

  View view() {
    return new View(timestamps, bits, starts, histograms, size);
  }

  /** What was there at one moment. */
  record View(
      long[] timestamps,
      long[] bits,
      long[] starts,
      @Nullable FloatHistogram @Nullable [] histograms,
      int size) {

    /** Appends the samples in {@code (after, to]}, in order of arrival. */
    void read(long after, long to, SampleBuffer into) {
      for (int i = 0; i < size; i++) {
        if (timestamps[i] <= after || timestamps[i] > to) {
          continue;
        }
        var histogram = histograms == null ? null : histograms[i];
        if (histogram != null) {
          into.add(timestamps[i], histogram);
        } else {
          into.add(timestamps[i], Double.longBitsToDouble(bits[i]));
        }
        into.startTimestamp(starts[i]);
      }
    }
  }
}
