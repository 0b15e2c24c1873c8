package io.narthex.sinks.codec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Objects;

/** Decodes pages into a {@link SampleBuffer}. Reusable, confined to one thread. */
public final class PageDecoder {
  private final IntegerDecoder integers = new IntegerDecoder();
  private final ValueDecoder decoder = new ValueDecoder();
  private final HistogramDecoder histogramDecoder = new HistogramDecoder();
  private long[] starts = new long[0];
  private double[] values = new double[0];
  private FloatHistogram[] histograms = new FloatHistogram[0];

  /**
   * Decodes a column of timestamps.
   *
   * @throws MalformedPageException if no encoder writes such bytes
   */
  public long[] readTimestamps(ByteInput encoded, int count) {
    long[] column = new long[count];
    integers.decode(encoded, column, 0, count);
    return column;
  }

  /**
   * Appends the rows of a page whose time is in {@code (after, to]}.
   *
   * @param times timestamps of the rows, as {@link #readTimestamps} gives them
   * @param body the encoded values
   * @param codec the page's codec number
   * @param leaders where the columns are that the page may follow
   * @param whole whether all rows are known to lie in the range
   * @throws MalformedPageException if no encoder writes such bytes
   */
  public void read(
      long[] times,
      ByteInput body,
      int codec,
      Leaders leaders,
      boolean whole,
      long after,
      long to,
      SampleBuffer into) {
    int count = times.length;
    int first = whole ? 0 : firstAfter(times, after);
    int end = whole ? count : firstAfter(times, to);
    if (first >= end) {
      return;
    }
    if ((codec & PageEncoder.START_TIMESTAMPS) != 0 || codec == ValueCodec.HISTOGRAM.ordinal()) {
      readRows(times, body, codec, leaders, first, end, into);
      return;
    }
    int size = into.size();
    into.ensure(size + count);
    // The whole page is decoded in place; rows before the range are then moved out of the way.
    decoder.decode(body, ValueCodec.of(codec), leaders, into.values(), size, count);
    if (first > 0) {
      System.arraycopy(into.values(), size + first, into.values(), size, end - first);
    }
    System.arraycopy(times, first, into.timestamps(), size, end - first);
    into.grow(end - first);
  }

  /**
   * Decodes the values of a page of floats, that follows no other, into {@link Leaders#steps}.
   *
   * @param into has room for {@code count} steps
   * @throws MalformedPageException if no encoder writes such bytes
   */
  public void readSteps(ByteInput body, int codec, long[] into, int count) {
    reserve(count);
    if ((codec & PageEncoder.START_TIMESTAMPS) != 0) {
      integers.decode(body, starts, 0, count);
    }
    var kind = ValueCodec.of(codec & ~PageEncoder.START_TIMESTAMPS);
    decoder.decode(body, kind, Leaders.NONE, values, 0, count);
    steps(values, 0, count, into);
  }

  /** Writes {@link Leaders#steps} of {@code values[from, from + count)}. */
  public static void steps(double[] values, int from, int count, long[] into) {
    long before = (long) values[from];
    for (int i = 0; i < count; i++) {
      long value = (long) values[from + i];
      into[i] = value - before;
      before = value;
    }
  }

  private void readRows(
      long[] times,
      ByteInput body,
      int codec,
      Leaders leaders,
      int first,
      int end,
      SampleBuffer into) {
    int count = times.length;
    reserve(count);
    boolean withStarts = (codec & PageEncoder.START_TIMESTAMPS) != 0;
    if (withStarts) {
      integers.decode(body, starts, 0, count);
    }
    ValueCodec kind = ValueCodec.of(codec & ~PageEncoder.START_TIMESTAMPS);
    if (kind == ValueCodec.HISTOGRAM) {
      if (histograms.length < count) {
        histograms = new FloatHistogram[count];
      }
      histogramDecoder.decode(body, histograms, count);
    } else {
      decoder.decode(body, kind, leaders, values, 0, count);
    }
    for (int i = first; i < end; i++) {
      if (kind == ValueCodec.HISTOGRAM) {
        into.add(times[i], Objects.requireNonNull(histograms[i]));
      } else {
        into.add(times[i], values[i]);
      }
      if (withStarts) {
        into.startTimestamp(starts[i]);
      }
    }
  }

  private void reserve(int count) {
    if (starts.length < count) {
      starts = new long[count];
      values = new double[count];
    }
  }

  /** Index of the first row later than the time. */
  private static int firstAfter(long[] times, long time) {
    int low = 0;
    int high = times.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[middle] <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
