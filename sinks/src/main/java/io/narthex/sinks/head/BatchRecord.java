package io.narthex.sinks.head;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.sinks.wal.FrameBuffer;
import io.narthex.sinks.wal.FrameInput;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The log's frames of the head: what of a batch was accepted. Series are named by numbers that the
 * scope registers; registrations come a second time, in a frame of their own, so that no single
 * damaged frame costs the samples of others.
 *
 * <pre>{@code
 * samples       = 5 u8 | flags u8 | registrations | rows varint
 *               | numbers: zigzag varint difference to the row before, each
 *               | timestamps: zigzag varint difference to the row before, each; only one if flag 1 is set
 *               | values: bits u64 each
 *               | flag 2: histograms of all rows | flag 4: start timestamps of all rows: zigzag varint each, 0 if unknown
 * again         = 6 u8 | registrations
 * registrations = Snappy block, before it its length unpacked (0: none follows) and packed, varint each:
 *                 { number + 1 varint, prefix varint, suffix varint, length varint, bytes } 0 varint;
 *                 the label bytes are the first prefix bytes of those registered before in this frame (none at first),
 *                 then the bytes, then their last suffix bytes; kinds 1 and 2 are as 5 and 6 with { number + 1 varint,
 *                 length varint, label bytes } and only read
 * histogram     = 0 u8, or 1 + hint u8 | schema zigzag | 4 × f64 zero threshold, zero count, count, sum
 *               | ints, doubles (positive) | ints, doubles (negative) | doubles (custom)
 * ints          = count varint, zigzag varint each;   doubles = count varint, f64 each
 * }</pre>
 */
final class BatchRecord {
  /** Kinds of frames whose registrations have whole label sets; written by earlier builds. */
  static final int SAMPLES_WHOLE = 1;

  static final int AGAIN_WHOLE = 2;
  static final int SAMPLES = 5;
  static final int AGAIN = 6;
  static final int SHARED_TIMESTAMP = 1;
  static final int HISTOGRAMS = 2;
  static final int STARTS = 4;

  private BatchRecord() {}

  /**
   * Puts registrations, which end with 0; neighbours have most of their label bytes in common,
   * which are left out.
   *
   * @param ids the first {@code count} are registered
   */
  static void putRegistrations(FrameBuffer out, SeriesTable series, int[] ids, int count) {
    byte[] before = {};
    int beforeFrom = 0;
    int beforeTo = 0;
    for (int i = 0; i < count; i++) {
      int id = ids[i];
      byte[] bytes = series.labelBytes(id);
      int from = series.labelsFrom(id);
      int to = series.labelsTo(id);
      int most = Math.min(to - from, beforeTo - beforeFrom);
      int prefix = Arrays.mismatch(bytes, from, from + most, before, beforeFrom, beforeFrom + most);
      prefix = prefix < 0 ? most : prefix;
      int suffix = 0;
      while (suffix < most - prefix && bytes[to - 1 - suffix] == before[beforeTo - 1 - suffix]) {
        suffix++;
      }
      out.putVarint(id + 1L);
      out.putVarint(prefix);
      out.putVarint(suffix);
      out.putVarint(to - from - prefix - suffix);
      out.putBytes(bytes, from + prefix, to - suffix);
      before = bytes;
      beforeFrom = from;
      beforeTo = to;
    }
    out.putVarint(0);
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
