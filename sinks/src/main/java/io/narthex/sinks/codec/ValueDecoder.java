package io.narthex.sinks.codec;

import java.util.Arrays;

/** Decodes what {@link ValueEncoder} wrote. Reusable, confined to one thread. */
public final class ValueDecoder {
  private final IntegerDecoder integers = new IntegerDecoder();
  private long[] column = new long[0];
  private int[] exceptionAt = new int[0];
  private double[] exceptionValues = new double[0];

  /**
   * Decodes a column of doubles.
   *
   * @param codec as the encoder returned it; not {@link ValueCodec#HISTOGRAM}
   * @param leaders where the columns are that {@link ValueCodec#FOLLOWING} ones follow
   * @param into where to put the values, from index {@code from}
   * @throws MalformedPageException if no encoder writes such bytes
   */
  public void decode(
      ByteInput in, ValueCodec codec, Leaders leaders, double[] into, int from, int count) {
    if (column.length < count) {
      column = new long[count];
    }
    switch (codec) {
      case CONSTANT -> Arrays.fill(into, from, from + count, readConstant(in));
      case DECIMAL -> readDecimals(in, into, from, count);
      case FOLLOWING -> readFollowing(in, leaders, into, from, count);
      case BITS -> readBits(in, into, from, count);
      case HISTOGRAM -> throw new MalformedPageException("histograms where doubles are expected");
    }
  }

  private static double readConstant(ByteInput in) {
    int length = in.read();
    if (length > 8) {
      throw new MalformedPageException("a constant of " + length + " bytes");
    }
    long bits = 0;
    for (int i = 0; i < length; i++) {
      bits |= (long) in.read() << (56 - 8 * i);
    }
    return Double.longBitsToDouble(bits);
  }

  private void readBits(ByteInput in, double[] into, int from, int count) {
    integers.decode(in, column, 0, count);
    for (int i = 0; i < count; i++) {
      into[from + i] = Double.longBitsToDouble(column[i]);
    }
  }

  private void readDecimals(ByteInput in, double[] into, int from, int count) {
    int head = in.read();
    int exceptions = (head & ValueCodec.EXCEPTIONS) == 0 ? 0 : readExceptions(in, count);
    integers.decode(in, column, 0, count);
    putDecimals(head & ~ValueCodec.EXCEPTIONS, exceptions, into, from, count);
  }

  private void readFollowing(ByteInput in, Leaders leaders, double[] into, int from, int count) {
    int head = in.read();
    int exceptions = (head & ValueCodec.EXCEPTIONS) == 0 ? 0 : readExceptions(in, count);
    long[] steps = leaders.steps(in.readVarint(), count);
    long ratio = in.readSigned();
    integers.decode(in, column, 0, count);
    long expected = 0;
    for (int i = 0; i < count; i++) {
      expected += (steps[i] * ratio) >> ValueCodec.RATIO_BITS;
      column[i] += expected;
    }
    putDecimals(head & ~ValueCodec.EXCEPTIONS, exceptions, into, from, count);
  }

  /** Makes doubles of the column, and puts the exceptions in their places. */
  private void putDecimals(int exponent, int exceptions, double[] into, int from, int count) {
    if (exponent > Decimals.MAX_EXPONENT) {
      throw new MalformedPageException("a decimal exponent of " + exponent);
    }
    if (exponent == 0) {
      for (int i = 0; i < count; i++) {
        into[from + i] = (double) column[i];
      }
    } else {
      double power = Decimals.POWERS[exponent];
      for (int i = 0; i < count; i++) {
        into[from + i] = (double) column[i] / power;
      }
    }
    for (int i = 0; i < exceptions; i++) {
      into[from + exceptionAt[i]] = exceptionValues[i];
    }
  }

  /** Reads the exceptions; gives how many. */
  private int readExceptions(ByteInput in, int count) {
    int exceptions = in.readCount(count);
    if (exceptionValues.length < exceptions) {
      exceptionAt = new int[Math.max(64, 2 * exceptions)];
      exceptionValues = new double[exceptionAt.length];
    }
    int position = 0;
    for (int i = 0; i < exceptions; i++) {
      position += in.readCount(count - 1 - position);
      exceptionAt[i] = position;
      exceptionValues[i] = Double.longBitsToDouble(in.readLong());
    }
    return exceptions;
  }
}
