package io.narthex.sinks.codec;

import static io.narthex.sinks.codec.IntegerLayout.MINI_BLOCK;
import static io.narthex.sinks.codec.IntegerLayout.PATCHED;
import static io.narthex.sinks.codec.IntegerLayout.UNIFORM;

import java.util.Arrays;

/**
 * How to pack residuals: the reference that is subtracted, and the width above which a number is an
 * exception. Reusable, confined to one thread.
 */
final class PackingPlan {
  /** A guess at what an exception's position takes, in bits. */
  private static final int EXCEPTION_BITS = 12;

  /** Residuals among which the median is looked for. */
  private static final int SAMPLES = 15;

  /** Bits of the packed numbers, exceptions and widths. */
  long cost;

  private long reference;
  private int width;
  private boolean patched;
  private final long[] sample = new long[SAMPLES];
  private final int[] byWidth = new int[65];

  /**
   * Plans for {@code residuals[0, count)}.
   *
   * @param patch whether exceptions are considered
   */
  void plan(long[] residuals, int count, boolean patch) {
    patched = false;
    reference = 0;
    width = 0;
    cost = 0;
    if (count == 0) {
      return;
    }
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      min = Math.min(min, residuals[i]);
      max = Math.max(max, residuals[i]);
    }
    reference = min;
    width = BitPacking.width(max - min);
    if (width > 0) {
      costOfBlocks(residuals, count);
      if (patch) {
        planExceptions(residuals, count);
      }
    }
  }

  private void costOfBlocks(long[] residuals, int count) {
    for (int from = 0; from < count; from += MINI_BLOCK) {
      int to = Math.min(from + MINI_BLOCK, count);
      long any = 0;
      for (int i = from; i < to; i++) {
        any |= residuals[i] - reference;
      }
      cost += (long) (to - from) * BitPacking.width(any) + 8;
    }
  }

  /**
   * Counts the numbers by their distance from about the median. For each width it follows how many
   * would be exceptions; the best width is then tightened around the numbers that are none.
   */
  private void planExceptions(long[] residuals, int count) {
    long middle = median(residuals, count);
    Arrays.fill(byWidth, 0);
    for (int i = 0; i < count; i++) {
      long distance = residuals[i] - middle;
      byWidth[BitPacking.width((distance << 1) ^ (distance >> 63))]++;
    }
    int each = EXCEPTION_BITS + 8 * ((width + 8) / 7);
    long best = cost;
    int bestWidth = -1;
    int exceptions = count;
    for (int w = 0; w < width; w++) {
      exceptions -= byWidth[w];
      long bits = (long) count * w + (long) exceptions * each;
      if (bits < best) {
        best = bits;
        bestWidth = w;
      }
    }
    if (bestWidth < 0) {
      return;
    }
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = 0; i < count; i++) {
      long distance = residuals[i] - middle;
      if (BitPacking.width((distance << 1) ^ (distance >> 63)) <= bestWidth) {
        min = Math.min(min, residuals[i]);
        max = Math.max(max, residuals[i]);
      }
    }
    patched = true;
    cost = best + 8L * IntegerLayout.miniBlocks(count);
    reference = min;
    width = BitPacking.width(max - min);
  }

  private long median(long[] residuals, int count) {
    for (int i = 0; i < SAMPLES; i++) {
      sample[i] = residuals[(int) ((long) i * count / SAMPLES)];
    }
    Arrays.sort(sample);
    return sample[SAMPLES / 2];
  }

  /** Flags for the column's first byte. Packs with this plan; {@code residuals} are overwritten. */
  int write(long[] residuals, int count, ByteOutput out) {
    if (count == 0) {
      return UNIFORM;
    }
    out.writeSigned(reference);
    int flags = 0;
    if (patched) {
      flags |= PATCHED;
      writeExceptions(residuals, count, out);
    }
    for (int i = 0; i < count; i++) {
      residuals[i] -= reference;
    }
    int[] widths = widths(residuals, count);
    if (Arrays.stream(widths).allMatch(w -> w == widths[0])) {
      flags |= UNIFORM;
      out.write(widths[0]);
      BitPacking.pack(residuals, 0, count, widths[0], out);
      return flags;
    }
    for (int w : widths) {
      out.write(w);
    }
    for (int b = 0, from = 0; from < count; b++, from += MINI_BLOCK) {
      BitPacking.pack(residuals, from, Math.min(MINI_BLOCK, count - from), widths[b], out);
    }
    return flags;
  }

  private void writeExceptions(long[] residuals, int count, ByteOutput out) {
    long span = width == 0 ? 0 : -1L >>> (64 - width);
    int exceptions = 0;
    for (int i = 0; i < count; i++) {
      if (Long.compareUnsigned(residuals[i] - reference, span) > 0) {
        exceptions++;
      }
    }
    out.writeVarint(exceptions);
    int before = 0;
    for (int i = 0; i < count; i++) {
      if (Long.compareUnsigned(residuals[i] - reference, span) > 0) {
        out.writeVarint(i - before);
        out.writeSigned(residuals[i]);
        residuals[i] = reference;
        before = i;
      }
    }
  }

  private static int[] widths(long[] unsigned, int count) {
    int[] widths = new int[IntegerLayout.miniBlocks(count)];
    for (int b = 0; b < widths.length; b++) {
      long any = 0;
      for (int i = b * MINI_BLOCK; i < Math.min(count, (b + 1) * MINI_BLOCK); i++) {
        any |= unsigned[i];
      }
      widths[b] = BitPacking.width(any);
    }
    return widths;
  }
}
