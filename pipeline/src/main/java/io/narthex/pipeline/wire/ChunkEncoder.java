package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the samples of a series into chunks as Prometheus' storage has them, and encodes these.
 * Floats become chunks of type XOR, native histograms of type FLOAT_HISTOGRAM. Confined to one
 * thread.
 *
 * <p>Source: the description of the format in Prometheus' {@code tsdb/docs/format/chunks.md}.
 */
public final class ChunkEncoder {
  /** {@link Chunk#encoding} of floats. */
  public static final int XOR = 1;

  /** {@link Chunk#encoding} of native histograms with float counts. */
  public static final int FLOAT_HISTOGRAM = 3;

  private static final int MOST_SAMPLES = 120;
  private static final int UNKNOWN_RESET = 0;
  private static final int GAUGE = 3 << 6;

  private final BitOutput out = new BitOutput();
  private final XorWriter value = new XorWriter();

  /**
   * An encoded chunk.
   *
   * @param minTime of its first sample, in milliseconds
   * @param maxTime of its last one
   * @param samples how many it holds
   * @param data as it stands in a chunk file behind the encoding
   */
  public record Chunk(long minTime, long maxTime, int samples, int encoding, byte[] data) {}

  /**
   * Encodes the chunk that begins with a row.
   *
   * @param from a row of the buffer
   */
  public Chunk next(SampleBuffer samples, int from) {
    out.clear();
    var histogram = samples.histogram(from);
    int to = end(samples, from, histogram);
    out.bits(to - from, 16);
    if (histogram == null) {
      floats(samples, from, to);
    } else {
      histograms(samples, from, to, histogram);
    }
    long[] times = samples.timestamps();
    return new Chunk(
        times[from],
        times[to - 1],
        to - from,
        histogram == null ? XOR : FLOAT_HISTOGRAM,
        out.toByteArray());
  }

  /** The row behind the last one that can stand in the same chunk. */
  private static int end(SampleBuffer samples, int from, @Nullable FloatHistogram first) {
    int most = Math.min(samples.size(), from + MOST_SAMPLES);
    int row = from + 1;
    if (first != null && first.isStale()) {
      return row; // it has no layout that the next could share
    }
    for (; row < most; row++) {
      var next = samples.histogram(row);
      if ((next == null) != (first == null)) {
        break;
      }
      if (next != null && first != null && !next.isStale() && !sameLayout(first, next)) {
        break;
      }
    }
    return row;
  }

  private void floats(SampleBuffer samples, int from, int to) {
    long[] times = samples.timestamps();
    double[] values = samples.values();
    long delta = 0;
    for (int row = from; row < to; row++) {
      if (row == from) {
        out.varint(times[row]);
        value.first(values[row], out);
        continue;
      }
      long nextDelta = times[row] - times[row - 1];
      if (row == from + 1) {
        out.uvarint(nextDelta);
      } else {
        deltaOfDelta(nextDelta - delta);
      }
      delta = nextDelta;
      value.next(values[row], out);
    }
  }

  private void deltaOfDelta(long value) {
    if (value == 0) {
      out.bit(false);
    } else if (BitOutput.fits(value, 14)) {
      out.bits(0b10, 2);
      out.bits(value, 14);
    } else if (BitOutput.fits(value, 17)) {
      out.bits(0b110, 3);
      out.bits(value, 17);
    } else if (BitOutput.fits(value, 20)) {
      out.bits(0b1110, 4);
      out.bits(value, 20);
    } else {
      out.bits(0b1111, 4);
      out.bits(value, 64);
    }
  }

  private void histograms(SampleBuffer samples, int from, int to, FloatHistogram layout) {
    layout(layout);
    var count = new XorWriter();
    var zeroCount = new XorWriter();
    var sum = new XorWriter();
    XorWriter[] positive = writers(layout.positiveBuckets().length);
    XorWriter[] negative = writers(layout.negativeBuckets().length);
    long[] times = samples.timestamps();
    long delta = 0;
    for (int row = from; row < to; row++) {
      var h = samples.histogram(row);
      if (h == null) {
        throw new IllegalStateException("a float among histograms");
      }
      boolean first = row == from;
      if (first) {
        out.varbitSigned(times[row]);
      } else {
        long nextDelta = times[row] - times[row - 1];
        out.varbitSigned(nextDelta - delta);
        delta = nextDelta;
      }
      write(count, h.count(), first);
      write(zeroCount, h.zeroCount(), first);
      write(sum, h.sum(), first);
      if (!h.isStale()) {
        write(positive, h.positiveBuckets(), first);
        write(negative, h.negativeBuckets(), first);
      }
    }
  }

  private void layout(FloatHistogram h) {
    out.bits(h.hint() == ResetHint.GAUGE ? GAUGE : UNKNOWN_RESET, 8);
    zeroThreshold(h.zeroThreshold());
    out.varbitSigned(h.schema());
    spans(h.positiveSpans());
    spans(h.negativeSpans());
    if (h.hasCustomBuckets()) {
      out.varbitUnsigned(h.customValues().length);
      for (double bound : h.customValues()) {
        bound(bound);
      }
    }
  }

  private void zeroThreshold(double threshold) {
    int power = Math.getExponent(threshold) + 244;
    if (threshold == 0) {
      out.bits(0, 8);
    } else if (power >= 1 && power <= 254 && threshold == Math.scalb(1d, power - 244)) {
      out.bits(power, 8);
    } else {
      out.bits(255, 8);
      out.float64(threshold);
    }
  }

  private void spans(int[] spans) {
    out.varbitUnsigned(spans.length / 2);
    for (int i = 0; i < spans.length; i += 2) {
      out.varbitUnsigned(spans[i + 1]);
      out.varbitSigned(spans[i]);
    }
  }

  /** Bounds of at most three decimals are written as whole thousandths. */
  private void bound(double bound) {
    double thousandths = bound * 1000;
    long whole = Math.round(thousandths);
    if (thousandths >= 0 && thousandths <= 33_554_430 && whole / 1000d == bound) {
      out.varbitUnsigned(whole + 1);
    } else {
      out.varbitUnsigned(0);
      out.float64(bound);
    }
  }

  private void write(XorWriter writer, double next, boolean first) {
    if (first) {
      writer.first(next, out);
    } else {
      writer.next(next, out);
    }
  }

  private void write(XorWriter[] writers, double[] values, boolean first) {
    for (int i = 0; i < writers.length; i++) {
      write(writers[i], values[i], first);
    }
  }

  private static XorWriter[] writers(int count) {
    var writers = new XorWriter[count];
    for (int i = 0; i < count; i++) {
      writers[i] = new XorWriter();
    }
    return writers;
  }

  private static boolean sameLayout(FloatHistogram a, FloatHistogram b) {
    return a.schema() == b.schema()
        && a.zeroThreshold() == b.zeroThreshold()
        && (a.hint() == ResetHint.GAUGE) == (b.hint() == ResetHint.GAUGE)
        && Arrays.equals(a.positiveSpans(), b.positiveSpans())
        && Arrays.equals(a.negativeSpans(), b.negativeSpans())
        && Arrays.equals(a.customValues(), b.customValues());
  }
}
