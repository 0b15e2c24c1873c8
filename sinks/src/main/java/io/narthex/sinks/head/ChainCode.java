package io.narthex.sinks.head;

/**
 * The bytes of a sample in a chain. Each sample is a control byte and what it announces, relative
 * to the sample before:
 *
 * <pre>{@code
 * control = delta changed (1 bit) | start timestamp changed (1 bit) | value code (6 bits)
 * sample  = control | [zigzag varint: change of the timestamp's delta]
 *         | [zigzag varint: timestamp − start timestamp] | value bytes
 *
 * code 0       same bits as before
 *      1…36    XOR with the bits before: n bytes after t zero bytes, numbered t = 0, n = 1…8; t = 1, n = 1…7; …
 *      37, 38  integer difference to the value before in 1 or 2 bytes
 *      40      a histogram: the next of the series' list
 *      63      nothing more in this block
 * }</pre>
 *
 * The least significant byte comes first. Before the first sample, the timestamp is the memtable's
 * base and the value's bits are zero.
 */
final class ChainCode {
  static final int DELTA_CHANGED = 0x80;
  static final int START_CHANGED = 0x40;
  static final int CODE = 0x3F;
  static final int SAME = 0;
  static final int INTEGER_1 = 37;
  static final int INTEGER_2 = 38;
  static final int HISTOGRAM = 40;
  static final int END_OF_BLOCK = 63;

  /** Bytes of a block; the last four are the number of the next block. */
  static final int BLOCK = 64;

  /** Bytes of a block that hold samples. */
  static final int BLOCK_ROOM = BLOCK - 4;

  /** Most bytes that a sample takes. */
  static final int MAX_SAMPLE = 1 + 10 + 10 + 8;

  private static final int[] FIRST_OF_TRAILING = {1, 9, 16, 22, 27, 31, 34, 36};
  private static final byte[] TRAILING = new byte[64];
  private static final byte[] LENGTH = new byte[64];

  static {
    for (int trailing = 0; trailing < 8; trailing++) {
      for (int length = 1; length <= 8 - trailing; length++) {
        TRAILING[FIRST_OF_TRAILING[trailing] + length - 1] = (byte) trailing;
        LENGTH[FIRST_OF_TRAILING[trailing] + length - 1] = (byte) length;
      }
    }
  }

  private ChainCode() {}

  /** The code of a XOR that is not zero. */
  static int xorCode(long xor) {
    int trailing = Long.numberOfTrailingZeros(xor) >>> 3;
    int length = 8 - trailing - (Long.numberOfLeadingZeros(xor) >>> 3);
    return FIRST_OF_TRAILING[trailing] + length - 1;
  }

  static boolean isXor(int code) {
    return code > SAME && code < INTEGER_1;
  }

  static int trailing(int xorCode) {
    return TRAILING[xorCode];
  }

  static int length(int xorCode) {
    return LENGTH[xorCode];
  }

  /**
   * The difference of two integer values, if {@code before + difference} gives the bits of {@code
   * now} and it fits two bytes; else {@link Integer#MIN_VALUE}.
   */
  static int integerDifference(long bitsBefore, long bitsNow) {
    double before = Double.longBitsToDouble(bitsBefore);
    double now = Double.longBitsToDouble(bitsNow);
    double difference = now - before;
    if (!(difference >= Short.MIN_VALUE && difference <= Short.MAX_VALUE)) {
      return Integer.MIN_VALUE;
    }
    int whole = (int) difference;
    return Double.doubleToRawLongBits(before + whole) == bitsNow ? whole : Integer.MIN_VALUE;
  }

  static long zigzag(long value) {
    return (value << 1) ^ (value >> 63);
  }

  static int varintSize(long value) {
    return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
  }
}
