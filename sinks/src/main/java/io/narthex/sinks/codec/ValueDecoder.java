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
   * @param into where to put the values, from index {@code from}
   * @throws MalformedPageException if no encoder writes such bytes
   */
  public void decode(ByteInput in, ValueCodec codec, double[] into, int from, int count) {
    if (column.length < count) {
      column = new long[count];
    }
    switch (codec) {
      case CONSTANT -> Arrays.fill(into, from, from + count, readConstant(in));
      case DECIMAL -> readDecimals(in, into, from, count);
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
    int exponent = head & ~ValueCodec.EXCEPTIONS;
    if (exponent > Decimals.MAX_EXPONENT) {
      throw new MalformedPageException("a decimal exponent of " + exponent);
    }
    int exceptions = (head & ValueCodec.EXCEPTIONS) == 0 ? 0 : in.readCount(count);
    readExceptions(in, exceptions, count);
    integers.decode(in, column, 0, count);
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

  private void readExceptions(ByteInput in, int exceptions, int count) {
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
  }
}
