package io.narthex.sinks.codec;

import static io.narthex.sinks.codec.IntegerLayout.DELTA;
import static io.narthex.sinks.codec.IntegerLayout.DELTA2;
import static io.narthex.sinks.codec.IntegerLayout.PLAIN;
import static io.narthex.sinks.codec.IntegerLayout.SCALED;
import static io.narthex.sinks.codec.IntegerLayout.SLOPE;
import static io.narthex.sinks.codec.IntegerLayout.SPARSE;
import static io.narthex.sinks.codec.IntegerLayout.XOR;

/**
 * Encodes columns of 64-bit integers: timestamps, scaled decimals, bits of doubles. Of five
 * transforms and a sparse form it takes the one that gives the fewest bits. Reusable, confined to
 * one thread.
 *
 * <p>All arithmetic is modulo 2^64, so that every input comes back.
 */
public final class IntegerEncoder {
  /** Above this width of the values' range, differences may overflow and are not scaled. */
  private static final int SCALABLE_WIDTH = 62;

  private long[] scaled = new long[0];
  private long[] candidate = new long[0];
  private long[] best = new long[0];
  private PackingPlan plan = new PackingPlan();
  private PackingPlan bestPlan = new PackingPlan();
  private int bestCount;
  private int bestFlags;
  private long bestCost;
  private long factor;
  private long secondValue;

  /** Appends {@code values[0, count)} as integers. */
  public void encode(long[] values, int count, ByteOutput out) {
    reserve(count);
    if (count > 0) {
      scale(values, count, gcd(values, count));
    }
    begin();
    int deltaWidth = tryDelta(count);
    tryPlain(count, 0, deltaWidth);
    if (count > 2) {
      tryPlain(count, Math.round((double) scaled[count - 1] / (count - 1)), deltaWidth);
      tryDelta2(count, deltaWidth);
    }
    write(values, count, out);
  }

  /** Appends {@code bits[0, count)}, the bits of doubles. */
  public void encodeBits(long[] bits, int count, ByteOutput out) {
    reserve(count);
    if (count > 0) {
      scale(bits, count, 1L << commonZeros(bits, count));
    }
    begin();
    int deltaWidth = tryDelta(count);
    tryPlain(count, 0, deltaWidth);
    tryXor(bits, count, deltaWidth);
    write(bits, count, out);
  }

  private void reserve(int count) {
    if (scaled.length < count) {
      scaled = new long[count];
      candidate = new long[count];
      best = new long[count];
    }
  }

  /** Distances from the first value, divided by the factor. */
  private void scale(long[] values, int count, long by) {
    factor = by;
    long first = values[0];
    if (Long.bitCount(by) == 1) {
      int shift = Long.numberOfTrailingZeros(by);
      for (int i = 0; i < count; i++) {
        scaled[i] = (values[i] - first) >> shift;
      }
    } else {
      for (int i = 0; i < count; i++) {
        scaled[i] = (values[i] - first) / by;
      }
    }
  }

  private static long gcd(long[] values, int count) {
    long min = values[0];
    long max = values[0];
    for (int i = 1; i < count; i++) {
      min = Math.min(min, values[i]);
      max = Math.max(max, values[i]);
    }
    if (BitPacking.width(max - min) > SCALABLE_WIDTH) {
      return 1;
    }
    long gcd = 0;
    for (int i = 1; i < count && gcd != 1; i++) {
      long a = Math.abs(values[i] - values[0]);
      while (a != 0) {
        long rest = gcd % a;
        gcd = a;
        a = rest;
      }
    }
    return gcd == 0 ? 1 : gcd;
  }

  private static int commonZeros(long[] bits, int count) {
    long differing = 0;
    for (int i = 1; i < count; i++) {
      differing |= bits[i] ^ bits[0];
    }
    return differing == 0 ? 0 : Long.numberOfTrailingZeros(differing);
  }

  private void begin() {
    bestCost = Long.MAX_VALUE;
    bestCount = 0;
    bestFlags = PLAIN;
  }

  /** Returns about the width of the differences. */
  private int tryDelta(int count) {
    int changes = 0;
    for (int i = 1; i < count; i++) {
      long delta = scaled[i] - scaled[i - 1];
      candidate[i - 1] = delta;
      changes += delta == 0 ? 0 : 1;
    }
    int width = sampledWidth(Math.max(0, count - 1));
    consider(DELTA, Math.max(0, count - 1), 0, true);
    if (changes < count - 1) {
      considerSparse(DELTA, count);
    }
    return width;
  }

  private void tryPlain(int count, long slope, int deltaWidth) {
    for (int i = 1; i < count; i++) {
      candidate[i - 1] = scaled[i] - i * slope;
    }
    if (sampledWidth(count - 1) <= deltaWidth) {
      consider(slope == 0 ? PLAIN : SLOPE, count - 1, slope, true);
    }
  }

  private void tryDelta2(int count, int deltaWidth) {
    for (int i = 2; i < count; i++) {
      candidate[i - 2] = scaled[i] - 2 * scaled[i - 1] + scaled[i - 2];
    }
    if (sampledWidth(count - 2) < deltaWidth) {
      consider(DELTA2, count - 2, scaled[1], true);
    }
  }

  private void tryXor(long[] bits, int count, int deltaWidth) {
    int shift = Long.numberOfTrailingZeros(factor);
    for (int i = 1; i < count; i++) {
      candidate[i - 1] = (bits[i] ^ bits[i - 1]) >>> shift;
    }
    if (sampledWidth(count - 1) <= deltaWidth) {
      consider(XOR, count - 1, 0, true);
    }
  }

  /** Width of the range that one mini-block of the candidate spans, as a first look at it. */
  private int sampledWidth(int count) {
    int from = Math.max(0, (count - IntegerLayout.MINI_BLOCK) / 2);
    int to = Math.min(count, from + IntegerLayout.MINI_BLOCK);
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = from; i < to; i++) {
      min = Math.min(min, candidate[i]);
      max = Math.max(max, candidate[i]);
    }
    return from >= to ? 0 : BitPacking.width(max - min);
  }

  private void considerSparse(int transform, int count) {
    int present = 0;
    for (int i = 1; i < count; i++) {
      long delta = scaled[i] - scaled[i - 1];
      if (delta != 0) {
        candidate[present++] = delta;
      }
    }
    plan.plan(candidate, present, true);
    plan.cost += count - 1;
    accept(transform | SPARSE, present, 0);
  }

  private void consider(int transform, int residuals, long second, boolean patch) {
    plan.plan(candidate, Math.max(0, residuals), patch);
    accept(transform, residuals, second);
  }

  private void accept(int flags, int residuals, long second) {
    if (residuals < 0 || plan.cost >= bestCost) {
      return;
    }
    bestCost = plan.cost;
    bestFlags = flags;
    bestCount = residuals;
    secondValue = second;
    long[] swapped = best;
    best = candidate;
    candidate = swapped;
    PackingPlan unused = bestPlan;
    bestPlan = plan;
    plan = unused;
  }

  private void write(long[] values, int count, ByteOutput out) {
    int head = out.size();
    out.write(0);
    if (count == 0) {
      return;
    }
    int flags = bestFlags;
    out.writeSigned(values[0]);
    if (factor != 1) {
      flags |= SCALED;
      out.writeVarint(factor);
    }
    int transform = flags & IntegerLayout.TRANSFORM_MASK;
    if (transform == DELTA2 || transform == SLOPE) {
      out.writeSigned(secondValue);
    }
    if ((flags & SPARSE) != 0) {
      writeBitmap(count, out);
    }
    flags |= bestPlan.write(best, bestCount, out);
    out.bytes()[head] = (byte) flags;
  }

  private void writeBitmap(int count, ByteOutput out) {
    for (int from = 1; from < count; from += 8) {
      int byteOfChanges = 0;
      for (int i = from; i < Math.min(count, from + 8); i++) {
        byteOfChanges |= scaled[i] == scaled[i - 1] ? 0 : 1 << (i - from);
      }
      out.write(byteOfChanges);
    }
  }
}
