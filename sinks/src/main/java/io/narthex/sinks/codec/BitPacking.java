package io.narthex.sinks.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Unsigned numbers of one width, packed without gaps, least significant bit first. Eight numbers of
 * width w take exactly w bytes, so the loops go by eight: within a group all offsets and shifts are
 * constants of the width.
 */
final class BitPacking {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** Up to this width a number lies within the eight bytes from where it begins. */
  private static final int ONE_LOAD = 57;

  private BitPacking() {}

  /** Bits that the number takes; 0 for 0. */
  static int width(long unsigned) {
    return 64 - Long.numberOfLeadingZeros(unsigned);
  }

  /** Bytes that so many numbers take. */
  static int size(int count, int width) {
    return (int) (((long) count * width + 7) >>> 3);
  }

  /** Packs {@code values[from, from + count)}. */
  static void pack(long[] values, int from, int count, int width, ByteOutput out) {
    int bytes = size(count, width);
    out.ensure(bytes + 8);
    byte[] target = out.bytes();
    int at = out.size();
    long word = 0;
    int filled = 0;
    for (int i = 0; i < count; i++) {
      long value = values[from + i];
      word |= value << filled;
      filled += width;
      if (filled >= 64) {
        LONG.set(target, at, word);
        at += 8;
        filled -= 64;
        word = filled == 0 ? 0 : value >>> (width - filled);
      }
    }
    LONG.set(target, at, word);
    out.grow(bytes);
  }

  /**
   * Unpacks {@code count} numbers that begin at byte {@code at} into {@code values} from {@code
   * from}. Loads up to {@link ByteInput#SLACK} bytes behind them.
   */
  static void unpack(byte[] bytes, int at, int width, long[] values, int from, int count) {
    if (width == 0) {
      Arrays.fill(values, from, from + count, 0);
    } else if (width <= ONE_LOAD) {
      unpackNarrow(bytes, at, width, values, from, count);
    } else {
      unpackWide(bytes, at, width, values, from, count);
    }
  }

  private static void unpackNarrow(
      byte[] bytes, int at, int width, long[] values, int from, int count) {
    long mask = -1L >>> (64 - width);
    int groups = count >>> 3;
    int byteAt = at;
    int to = from;
    int o1 = width >>> 3;
    int o2 = (2 * width) >>> 3;
    int o3 = (3 * width) >>> 3;
    int o4 = (4 * width) >>> 3;
    int o5 = (5 * width) >>> 3;
    int o6 = (6 * width) >>> 3;
    int o7 = (7 * width) >>> 3;
    for (int g = 0; g < groups; g++) {
      values[to] = (long) LONG.get(bytes, byteAt) & mask;
      values[to + 1] = ((long) LONG.get(bytes, byteAt + o1) >>> (width & 7)) & mask;
      values[to + 2] = ((long) LONG.get(bytes, byteAt + o2) >>> (2 * width & 7)) & mask;
      values[to + 3] = ((long) LONG.get(bytes, byteAt + o3) >>> (3 * width & 7)) & mask;
      values[to + 4] = ((long) LONG.get(bytes, byteAt + o4) >>> (4 * width & 7)) & mask;
      values[to + 5] = ((long) LONG.get(bytes, byteAt + o5) >>> (5 * width & 7)) & mask;
      values[to + 6] = ((long) LONG.get(bytes, byteAt + o6) >>> (6 * width & 7)) & mask;
      values[to + 7] = ((long) LONG.get(bytes, byteAt + o7) >>> (7 * width & 7)) & mask;
      byteAt += width;
      to += 8;
    }
    for (int bit = 0, i = groups << 3; i < count; i++, bit += width) {
      values[from + i] = ((long) LONG.get(bytes, byteAt + (bit >>> 3)) >>> (bit & 7)) & mask;
    }
  }

  private static void unpackWide(
      byte[] bytes, int at, int width, long[] values, int from, int count) {
    long mask = -1L >>> (64 - width);
    long bit = 8L * at;
    for (int i = 0; i < count; i++, bit += width) {
      int byteAt = (int) (bit >>> 3);
      int shift = (int) bit & 7;
      long low = (long) LONG.get(bytes, byteAt) >>> shift;
      long high = ((long) LONG.get(bytes, byteAt + 1) >>> shift) << 8;
      values[from + i] = ((low & 0xFF) | high) & mask;
    }
  }
}
