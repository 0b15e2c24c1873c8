package io.narthex.sinks.prometheus;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/** Reads bits, the highest of a byte first. */
final class BitInput {
  private static final int[] VARBIT_SIZES = {0, 3, 6, 9, 12, 18, 25, 56, 64};

  private final ByteBuffer in;
  private long at; // bit
  private final long end;

  /** Reads from the buffer's position to its limit; the position stays. */
  BitInput(ByteBuffer in) {
    this.in = in;
    this.at = 8L * in.position();
    this.end = 8L * in.limit();
  }

  boolean bit() {
    return bits(1) != 0;
  }

  /** Reads up to 64 bits. */
  long bits(int count) {
    if (at + count > end) {
      throw new BufferUnderflowException();
    }
    long result = 0;
    int left = count;
    while (left > 0) {
      int inByte = (int) (at & 7);
      int take = Math.min(8 - inByte, left);
      int chunk = (in.get((int) (at >>> 3)) >>> (8 - inByte - take)) & ((1 << take) - 1);
      result = result << take | chunk;
      at += take;
      left -= take;
    }
    return result;
  }

  /** Reads a signed number from {@code -2^(count-1) + 1} to {@code 2^(count-1)}. */
  long signedBits(int count) {
    long raw = bits(count);
    return count > 0 && count < 64 && raw > 1L << (count - 1) ? raw - (1L << count) : raw;
  }

  /** Counts ones up to a zero, at most {@code most}. */
  int ones(int most) {
    int count = 0;
    while (count < most && bit()) {
      count++;
    }
    return count;
  }

  long varbitSigned() {
    return signedBits(VARBIT_SIZES[ones(8)]);
  }

  long varbitUnsigned() {
    return bits(VARBIT_SIZES[ones(8)]);
  }

  long uvarint() {
    long result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      long b = bits(8);
      result |= (b & 0x7F) << shift;
      if (b < 0x80) {
        return result;
      }
    }
    throw new IllegalArgumentException("a variable-length integer has more than ten bytes");
  }

  long varint() {
    long raw = uvarint();
    return raw >>> 1 ^ -(raw & 1);
  }

  double float64() {
    return Double.longBitsToDouble(bits(64));
  }
}
