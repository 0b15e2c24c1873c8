package io.narthex.sinks.head;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.sinks.wal.FrameBuffer;
import io.narthex.sinks.wal.FrameInput;
import org.jspecify.annotations.Nullable;

/**
 * The log's frames of the head: what of a batch was accepted. Series are named by numbers that the
 * scope registers; registrations come a second time, in a frame of their own, so that no single
 * damaged frame costs the samples of others.
 *
 * <pre>{@code
 * samples       = 1 u8 | flags u8 | registrations | rows varint
 *               | numbers: zigzag varint difference to the row before, each
 *               | timestamps: zigzag varint difference to the row before, each; only one if flag 1 is set
 *               | values: bits u64 each
 *               | flag 2: histograms of all rows | flag 4: start timestamps of all rows: zigzag varint each, 0 if unknown
 * again         = 2 u8 | registrations
 * registrations = { number + 1 varint, length varint, label bytes } 0 varint
 * histogram     = 0 u8, or 1 + hint u8 | schema zigzag | 4 × f64 zero threshold, zero count, count, sum
 *               | ints, doubles (positive) | ints, doubles (negative) | doubles (custom)
 * ints          = count varint, zigzag varint each;   doubles = count varint, f64 each
 * }</pre>
 */
final class BatchRecord {
  static final int SAMPLES = 1;
  static final int AGAIN = 2;
  static final int SHARED_TIMESTAMP = 1;
  static final int HISTOGRAMS = 2;
  static final int STARTS = 4;

  private BatchRecord() {}

  static void putRegistration(FrameBuffer out, int number, byte[] bytes, int from, int to) {
    out.putVarint(number + 1L);
    out.putVarint(to - from);
    out.putBytes(bytes, from, to);
  }

  /**
   * Puts the columns of accepted rows.
   *
   * @param numbers the series of each accepted row
   * @param rows the rows in the batch
   */
  static void putRows(FrameBuffer out, SampleBatch batch, int[] numbers, int[] rows, int count) {
    out.putVarint(count);
    out.ensure(count * 18);
    int before = 0;
    for (int i = 0; i < count; i++) {
      out.putZigzag(numbers[i] - before);
      before = numbers[i];
    }
    if (batch.hasSharedTimestamp()) {
      out.putZigzag(batch.timestamp(0));
    } else {
      long timeBefore = 0;
      for (int i = 0; i < count; i++) {
        long time = batch.timestamp(rows[i]);
        out.putZigzag(time - timeBefore);
        timeBefore = time;
      }
    }
    double[] values = batch.values();
    for (int i = 0; i < count; i++) {
      out.putLong(Double.doubleToRawLongBits(values[rows[i]]));
    }
    if (batch.hasHistograms()) {
      for (int i = 0; i < count; i++) {
        putHistogram(out, batch.histogram(rows[i]));
      }
    }
    if (batch.hasStartTimestamps()) {
      for (int i = 0; i < count; i++) {
        out.putZigzag(batch.startTimestamp(rows[i]));
      }
    }
  }

  static int flags(SampleBatch batch) {
    return (batch.hasSharedTimestamp() ? SHARED_TIMESTAMP : 0)
        | (batch.hasHistograms() ? HISTOGRAMS : 0)
        | (batch.hasStartTimestamps() ? STARTS : 0);
  }

  private static void putHistogram(FrameBuffer out, @Nullable FloatHistogram h) {
    if (h == null) {
      out.putByte(0);
      return;
    }
    out.putByte(1 + h.hint().ordinal());
    out.putZigzag(h.schema());
    putDouble(out, h.zeroThreshold());
    putDouble(out, h.zeroCount());
    putDouble(out, h.count());
    putDouble(out, h.sum());
    putInts(out, h.positiveSpans());
    putDoubles(out, h.positiveBuckets());
    putInts(out, h.negativeSpans());
    putDoubles(out, h.negativeBuckets());
    putDoubles(out, h.customValues());
  }

  static @Nullable FloatHistogram getHistogram(FrameInput in) {
    int hint = in.getByte() - 1;
    if (hint < 0) {
      return null;
    }
    var hints = FloatHistogram.ResetHint.values();
    if (hint >= hints.length) {
      throw new IllegalArgumentException("unknown reset hint " + hint);
    }
    return new FloatHistogram(
        hints[hint],
        (int) in.getZigzag(),
        getDouble(in),
        getDouble(in),
        getDouble(in),
        getDouble(in),
        getInts(in),
        getDoubles(in),
        getInts(in),
        getDoubles(in),
        getDoubles(in));
  }

  private static void putDouble(FrameBuffer out, double value) {
    out.putLong(Double.doubleToRawLongBits(value));
  }

  private static double getDouble(FrameInput in) {
    return Double.longBitsToDouble(in.getLong());
  }

  private static void putInts(FrameBuffer out, int[] values) {
    out.putVarint(values.length);
    for (int value : values) {
      out.putZigzag(value);
    }
  }

  private static int[] getInts(FrameInput in) {
    int[] values = new int[in.getCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (int) in.getZigzag();
    }
    return values;
  }

  private static void putDoubles(FrameBuffer out, double[] values) {
    out.putVarint(values.length);
    for (double value : values) {
      putDouble(out, value);
    }
  }

  private static double[] getDoubles(FrameInput in) {
    double[] values = new double[in.getCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = getDouble(in);
    }
    return values;
  }
}
