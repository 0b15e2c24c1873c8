package io.narthex.sinks.codec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Objects;

/** Decodes pages into a {@link SampleBuffer}. Reusable, confined to one thread. */
public final class PageDecoder {
  private final IntegerDecoder integers = new IntegerDecoder();
  private final ValueDecoder decoder = new ValueDecoder();
  private final HistogramDecoder histogramDecoder = new HistogramDecoder();
  private long[] timestamps = new long[0];
  private long[] starts = new long[0];
  private double[] values = new double[0];
  private FloatHistogram[] histograms = new FloatHistogram[0];

  /**
   * Appends the rows of a page whose time is in {@code (after, to]}.
   *
   * @param times the encoded timestamps
   * @param body the encoded values
   * @param codec the page's codec number
   * @param count rows of the page
   * @param whole whether all rows are known to lie in the range
   * @throws MalformedPageException if no encoder writes such bytes
   */
  public void read(
      ByteInput times,
      ByteInput body,
      int codec,
      int count,
      boolean whole,
      long after,
      long to,
      SampleBuffer into) {
    boolean plain =
        (codec & PageEncoder.START_TIMESTAMPS) == 0 && codec != ValueCodec.HISTOGRAM.ordinal();
    if (plain && whole) {
      into.ensure(into.size() + count);
      integers.decode(times, into.timestamps(), into.size(), count);
      decoder.decode(body, ValueCodec.of(codec), into.values(), into.size(), count);
      into.grow(count);
      return;
    }
    reserve(count);
    integers.decode(times, timestamps, 0, count);
    int first = whole ? 0 : firstAfter(after, count);
    int end = whole ? count : firstAfter(to, count);
    if (plain) {
      readPlain(body, codec, count, first, end, into);
    } else {
      readRows(body, codec, count, first, end, into);
    }
  }

  /** Appends the times of a page's rows; their values are without meaning. */
  public void readTimestamps(ByteInput times, int count, SampleBuffer into) {
    into.ensure(into.size() + count);
    integers.decode(times, into.timestamps(), into.size(), count);
    into.grow(count);
  }

  private void readPlain(
      ByteInput body, int codec, int count, int first, int end, SampleBuffer into) {
    if (first >= end) {
      return;
    }
    decoder.decode(body, ValueCodec.of(codec), values, 0, count);
    into.ensure(into.size() + end - first);
    System.arraycopy(timestamps, first, into.timestamps(), into.size(), end - first);
    System.arraycopy(values, first, into.values(), into.size(), end - first);
    into.grow(end - first);
  }

  private void readRows(
      ByteInput body, int codec, int count, int first, int end, SampleBuffer into) {
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
      decoder.decode(body, kind, values, 0, count);
    }
    for (int i = first; i < end; i++) {
      if (kind == ValueCodec.HISTOGRAM) {
        into.add(timestamps[i], Objects.requireNonNull(histograms[i]));
      } else {
        into.add(timestamps[i], values[i]);
      }
      if (withStarts) {
        into.startTimestamp(starts[i]);
      }
    }
  }

  private void reserve(int count) {
    if (timestamps.length < count) {
      timestamps = new long[count];
      starts = new long[count];
      values = new double[count];
    }
  }

  /** Index of the first row later than the time. */
  private int firstAfter(long time, int count) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (timestamps[middle] <= time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
