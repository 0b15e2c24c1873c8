package io.narthex.sinks.codec;

import java.util.Arrays;

/**
 * Encodes columns of doubles, bit for bit, by the codec that suits them: see {@link ValueCodec}.
 * Reusable, confined to one thread.
 */
public final class ValueEncoder {
  /** One value in so many may be no decimal before the page is taken for bits. */
  private static final int EXCEPTION_SHARE = 16;

  /** Above this many bytes a value, decimals are compared with plain bits. */
  private static final int DEAR_BYTES = 4;

  /** Above this ratio the products may overflow in columns that are usual. */
  private static final double MOST_RATIO = 0x1p48;

  private final IntegerEncoder integers = new IntegerEncoder();
  private final int[] exponents = new int[Decimals.MAX_EXPONENT + 2];
  private final ByteOutput other = new ByteOutput(16 << 10);
  private long[] column = new long[0];
  private int exponent;

  /**
   * Appends {@code values[from, from + count)}.
   *
   * @param count at least 1
   * @return the codec, needed to decode
   */
  public ValueCodec encode(double[] values, int from, int count, ByteOutput out) {
    if (column.length < count) {
      column = new long[count];
    }
    exponent = 0;
    if (isConstant(values, from, count)) {
      writeConstant(values[from], out);
      return ValueCodec.CONSTANT;
    }
    int start = out.size();
    exponent = chooseExponent(values, from, count);
    if (exponent < 0) {
      exponent = 0;
      writeBits(values, from, count, out);
      return ValueCodec.BITS;
    }
    writeDecimals(values, from, count, out);
    if (out.size() - start > DEAR_BYTES * count) {
      other.clear();
      writeBits(values, from, count, other);
      if (other.size() < out.size() - start) {
        out.truncate(start);
        out.write(other.bytes(), 0, other.size());
        return ValueCodec.BITS;
      }
    }
    return ValueCodec.DECIMAL;
  }

  /**
   * Appends the column that was encoded last once more, as one that follows another. It must have
   * been encoded as {@link ValueCodec#DECIMAL}.
   *
   * @param values the column, as before
   * @param steps see {@link Leaders#steps}
   * @param distance see {@link Leaders#steps}
   * @return whether it follows; if not, nothing was written
   */
  boolean encodeFollowing(
      double[] values, int from, int count, long[] steps, int distance, ByteOutput out) {
    int start = out.size();
    writeDecimalHead(values, from, count, out);
    long ratio = ratio(steps, count);
    if (ratio == 0) {
      out.truncate(start);
      return false;
    }
    out.writeVarint(distance);
    out.writeSigned(ratio);
    long expected = 0;
    for (int i = 1; i < count; i++) {
      expected += (steps[i] * ratio) >> ValueCodec.RATIO_BITS;
      column[i] -= expected;
    }
    integers.encode(column, count, out);
    return true;
  }

  /** By how much the column rises for each one that the leader does; 0 if that says nothing. */
  private long ratio(long[] steps, int count) {
    double own = 0;
    double others = 0;
    for (int i = 1; i < count; i++) {
      own += Math.max(0, (double) column[i] - (double) column[i - 1]);
      others += Math.max(0, (double) steps[i]);
    }
    double ratio = Math.rint(own / others * (1L << ValueCodec.RATIO_BITS));
    return ratio > 0 && ratio < MOST_RATIO ? (long) ratio : 0;
  }

  /** The decimal exponent of the column encoded last; 0 if it has none. */
  int exponent() {
    return exponent;
  }

  private static boolean isConstant(double[] values, int from, int count) {
    long first = Double.doubleToRawLongBits(values[from]);
    for (int i = from + 1; i < from + count; i++) {
      if (Double.doubleToRawLongBits(values[i]) != first) {
        return false;
      }
    }
    return true;
  }

  /** The bits without their last zero bytes, after how many are left. */
  private static void writeConstant(double value, ByteOutput out) {
    long bits = Long.reverseBytes(Double.doubleToRawLongBits(value));
    out.write((BitPacking.width(bits) + 7) / 8);
    while (bits != 0) {
      out.write((int) bits);
      bits >>>= 8;
    }
  }

  /** The least exponent at which nearly all values are exact; −1 if there is none. */
  private int chooseExponent(double[] values, int from, int count) {
    Arrays.fill(exponents, 0);
    int allowed = count / EXCEPTION_SHARE;
    int guess = 0;
    for (int i = from; i < from + count; i++) {
      int least = Decimals.exponentOf(values[i], guess);
      exponents[least]++;
      if (least <= Decimals.MAX_EXPONENT) {
        guess = least;
      } else if (exponents[least] > allowed + 1) {
        return -1;
      }
    }
    int above = count - exponents[Decimals.MAX_EXPONENT + 1];
    int e = 0;
    while ((above -= exponents[e]) * 2 > allowed) {
      e++;
    }
    return e;
  }

  private void writeDecimals(double[] values, int from, int count, ByteOutput out) {
    writeDecimalHead(values, from, count, out);
    integers.encode(column, count, out);
  }

  /** Fills the column with scaled integers and writes what lies before it. */
  private void writeDecimalHead(double[] values, int from, int count, ByteOutput out) {
    int exceptions = 0;
    long before = 0;
    boolean leading = true;
    for (int i = 0; i < count; i++) {
      double value = values[from + i];
      long scaled = Decimals.scaled(value, exponent);
      if (Decimals.isExact(value, scaled, exponent)) {
        before = scaled;
        if (leading) {
          Arrays.fill(column, 0, i, scaled);
          leading = false;
        }
      } else {
        exceptions++;
      }
      column[i] = before;
    }
    out.write(exponent | (exceptions > 0 ? ValueCodec.EXCEPTIONS : 0));
    if (exceptions > 0) {
      writeExceptions(values, from, count, exceptions, out);
    }
  }

  private void writeExceptions(double[] values, int from, int count, int total, ByteOutput out) {
    out.writeVarint(total);
    int before = 0;
    for (int i = 0; i < count; i++) {
      if (!Decimals.isExact(values[from + i], column[i], exponent)) {
        out.writeVarint(i - before);
        out.writeLong(Double.doubleToRawLongBits(values[from + i]));
        before = i;
      }
    }
  }

  private void writeBits(double[] values, int from, int count, ByteOutput out) {
    for (int i = 0; i < count; i++) {
      column[i] = Double.doubleToRawLongBits(values[from + i]);
    }
    integers.encodeBits(column, count, out);
  }
}
