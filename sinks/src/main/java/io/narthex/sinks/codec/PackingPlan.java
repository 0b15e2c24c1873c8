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

  /** What planning may gain at least, in bits, before numbers are sorted for it. */
  private static final int WORTH_SORTING = 192;

  /** Bits of the packed numbers, exceptions and widths. */
  long cost;

  private long reference;
  private int width;
  private boolean patched;
  private long[] sorted = new long[0];

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
    int narrowest = width;
    for (int from = 0; from < count; from += MINI_BLOCK) {
      int size = Math.min(MINI_BLOCK, count - from);
      long low = Long.MAX_VALUE;
      long high = Long.MIN_VALUE;
      for (int i = from; i < from + size; i++) {
        low = Math.min(low, residuals[i]);
        high = Math.max(high, residuals[i]);
      }
      cost += (long) size * BitPacking.width(high - min) + 8;
      narrowest = Math.min(narrowest, BitPacking.width(high - low));
    }
    if (patch && cost - (long) count * narrowest > WORTH_SORTING) {
      planExceptions(residuals, count);
    }
  }

  /**
   * For each width, the window of that width with most numbers: what lies outside are exceptions.
   */
  private void planExceptions(long[] residuals, int count) {
    if (sorted.length < count) {
      sorted = new long[count];
    }
    System.arraycopy(residuals, 0, sorted, 0, count);
    Arrays.sort(sorted, 0, count);
    int full = width;
    int overhead = 8 * IntegerLayout.miniBlocks(count) + 8;
    int each = EXCEPTION_BITS + 8 * ((full + 8) / 7);
    for (int w = 0; w < full; w++) {
      long span = w == 0 ? 0 : -1L >>> (64 - w);
      int best = 0;
      int bestFrom = 0;
      for (int from = 0, to = 0; to < count; to++) {
        while (Long.compareUnsigned(sorted[to] - sorted[from], span) > 0) {
          from++;
        }
        if (to - from >= best) {
          best = to - from + 1;
          bestFrom = from;
        }
      }
      long bits = (long) count * w + (long) (count - best) * each + overhead;
      if (bits < cost) {
        cost = bits;
        reference = sorted[bestFrom];
        width = w;
        patched = true;
      }
    }
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
