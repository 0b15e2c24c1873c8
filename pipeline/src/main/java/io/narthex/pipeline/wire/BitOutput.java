package io.narthex.pipeline.wire;

import java.util.Arrays;

/** Writes bits, the highest of a byte first. Reused; confined to one thread. */
final class BitOutput {
  private static final int[] VARBIT_SIZES = {0, 3, 6, 9, 12, 18, 25, 56, 64};

  private byte[] bytes = new byte[256];
  private long at; // bit

  void clear() {
    Arrays.fill(bytes, 0, (int) Math.min(bytes.length, (at + 7) >>> 3), (byte) 0);
    at = 0;
  }

  int sizeInBytes() {
    return (int) ((at + 7) >>> 3);
  }

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, sizeInBytes());
  }

  void bit(boolean one) {
    bits(one ? 1 : 0, 1);
  }

  /** Writes the lowest bits of a value. */
  void bits(long value, int count) {
    int needed = (int) ((at + count + 7) >>> 3);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
    int left = count;
    while (left > 0) {
      int inByte = (int) (at & 7);
      int take = Math.min(8 - inByte, left);
      long chunk = value >>> (left - take) & ((1 << take) - 1);
      bytes[(int) (at >>> 3)] |= (byte) (chunk << (8 - inByte - take));
      at += take;
      left -= take;
    }
  }

  void float64(double value) {
    bits(Double.doubleToRawLongBits(value), 64);
  }

  void uvarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bits(rest & 0x7F | 0x80, 8);
      rest >>>= 7;
    }
    bits(rest, 8);
  }

  void varint(long value) {
    uvarint(value << 1 ^ value >> 63);
  }

  /** Whether a value is from {@code -2^(bits-1) + 1} to {@code 2^(bits-1)}. */
  static boolean fits(long value, int bits) {
    return value >= -((1L << (bits - 1)) - 1) && value <= 1L << (bits - 1);
  }

  /** A number behind as many ones as tell its size, and a zero. */
  void varbitSigned(long value) {
    if (value == 0) {
      bit(false);
      return;
    }
    int size = 1;
    while (size < 8 && !fits(value, VARBIT_SIZES[size])) {
      size++;
    }
    varbit(value, size);
  }

  void varbitUnsigned(long value) {
    int size = 0;
    while (size < 8 && value >>> VARBIT_SIZES[size] != 0) {
      size++;
    }
    varbit(value, size);
  }

  private void varbit(long value, int size) {
    if (size == 8) {
      bits(0xFF, 8);
    } else {
      bits((1L << size + 1) - 2, size + 1);
    }
    bits(value, VARBIT_SIZES[size]);
  }
}
