package io.narthex.sinks.codec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.storage.PageStatistics;
import io.narthex.pipeline.storage.SampleBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a page: rows of one series that are all floats or all histograms. Reusable, confined to
 * one thread.
 */
public final class PageEncoder {
  /** In a page's codec number: start timestamps come before the values. */
  public static final int START_TIMESTAMPS = 0x40;

  private final IntegerEncoder integers = new IntegerEncoder();
  private final ValueEncoder values = new ValueEncoder();
  private final HistogramEncoder histograms = new HistogramEncoder();
  private final ByteOutput following = new ByteOutput(1 << 12);
  private int valueBytes;
  private long[] starts = new long[0];
  private FloatHistogram[] rows = new FloatHistogram[0];

  /** Appends the timestamps of rows {@code [from, to)}. */
  public void timestamps(SampleBuffer samples, int from, int to, ByteOutput out) {
    if (starts.length < to - from) {
      starts = new long[to - from];
    }
    System.arraycopy(samples.timestamps(), from, starts, 0, to - from);
    integers.encode(starts, to - from, out);
  }

  /**
   * Appends values, or histograms, of rows {@code [from, to)}.
   *
   * @return the page's codec number
   */
  public int values(SampleBuffer samples, int from, int to, ByteOutput out) {
    int count = to - from;
    int flags = startTimestamps(samples, from, to, out) ? START_TIMESTAMPS : 0;
    if (samples.histogram(from) == null) {
      int start = out.size();
      int codec = values.encode(samples.values(), from, count, out).ordinal();
      valueBytes = out.size() - start;
      return flags | codec;
    }
    if (rows.length < count) {
      rows = new FloatHistogram[count];
    }
    for (int i = 0; i < count; i++) {
      FloatHistogram histogram = samples.histogram(from + i);
      if (histogram == null) {
        throw new IllegalArgumentException("a page of floats and histograms");
      }
      rows[i] = histogram;
    }
    histograms.encode(rows, 0, count, out);
    return flags | ValueCodec.HISTOGRAM.ordinal();
  }

  /**
   * Appends the values of rows {@code [from, to)}, which were appended last, once more, as a column
   * that follows another.
   *
   * @param codec what {@link #values} returned
   * @param steps see {@link Leaders#steps}
   * @param distance see {@link Leaders#steps}
   * @return the page's codec number: the one given if following would not make the page shorter
   */
  public int follow(
      SampleBuffer samples,
      int from,
      int to,
      int codec,
      long[] steps,
      int distance,
      ByteOutput out) {
    if ((codec & ~START_TIMESTAMPS) != ValueCodec.DECIMAL.ordinal()) {
      return codec;
    }
    following.clear();
    boolean follows =
        values.encodeFollowing(samples.values(), from, to - from, steps, distance, following);
    int valuesFrom = out.size() - valueBytes;
    if (!follows || following.size() >= valueBytes) {
      return codec;
    }
    out.truncate(valuesFrom);
    out.write(following.bytes(), 0, following.size());
    return (codec & START_TIMESTAMPS) | ValueCodec.FOLLOWING.ordinal();
  }

  /**
   * Appends the figures of rows {@code [from, to)}, whose values were encoded last; nothing if
   * there are none.
   */
  public void statistics(SampleBuffer samples, int from, int to, ByteOutput out) {
    @Nullable PageStatistics statistics =
        samples.histogram(from) == null ? StatisticsCodec.of(samples.values(), from, to) : null;
    if (statistics != null) {
      StatisticsCodec.write(statistics, values.exponent(), to - from, out);
    }
  }

  private boolean startTimestamps(SampleBuffer samples, int from, int to, ByteOutput out) {
    long any = 0;
    for (int i = from; i < to; i++) {
      any |= samples.startTimestamp(i);
    }
    if (any == 0) {
      return false;
    }
    if (starts.length < to - from) {
      starts = new long[to - from];
    }
    for (int i = from; i < to; i++) {
      starts[i - from] = samples.startTimestamp(i);
    }
    integers.encode(starts, to - from, out);
    return true;
  }
}
