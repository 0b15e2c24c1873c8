package io.narthex.pipeline.wire;

import java.nio.charset.StandardCharsets;

/**
 * Reads doubles from their decimal text, correctly rounded. What is a number is what Go's {@code
 * strconv.ParseFloat} and Prometheus say: no hexadecimal, no underscores, nothing beyond the range
 * of a double; {@code NaN} and {@code Inf} in any case.
 *
 * <p>Up to 18 digits are gathered in a long. If these and the power of ten are exact as doubles,
 * one multiplication or division rounds correctly (W. Clinger, "How to read floating point numbers
 * accurately", 1990); the rest is left to the JDK.
 */
final class DecimalReader {
  private static final int MOST_DIGITS = 18;
  private static final long EXACT = 1L << 53;
  private static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };

  /** The number read last. */
  double value;

  /** Reads all of {@code b[from, to)}; says whether it is a number. */
  boolean read(byte[] b, int from, int to) {
    int p = from;
    boolean negative = false;
    if (p < to && (b[p] == '-' || b[p] == '+')) {
      negative = b[p] == '-';
      p++;
    }
    long digits = 0;
    int count = 0;
    int exponent = 0;
    boolean exact = true;
    int first = p;
    for (int d; p < to && (d = b[p] - '0') >= 0 && d <= 9; p++) {
      if (count < MOST_DIGITS) {
        digits = 10 * digits + d;
        count += digits == 0 ? 0 : 1;
      } else {
        exponent++;
        exact &= d == 0;
      }
    }
    int seen = p - first;
    if (p < to && b[p] == '.') {
      int point = ++p;
      for (int d; p < to && (d = b[p] - '0') >= 0 && d <= 9; p++) {
        if (count < MOST_DIGITS) {
          digits = 10 * digits + d;
          count += digits == 0 ? 0 : 1;
          exponent--;
        } else {
          exact &= d == 0;
        }
      }
      seen += p - point;
    }
    if (seen == 0) {
      return special(b, from, first, to, negative);
    }
    if (p < to && (b[p] | 0x20) == 'e') {
      int power = power(b, p + 1, to);
      if (power == NO_POWER) {
        return false;
      }
      exponent += power;
      p = to;
    }
    return p == to && round(b, from, to, negative, digits, exponent, exact);
  }

  private static final int NO_POWER = Integer.MIN_VALUE;
  private static final int BEYOND = 100_000;

  /** The exponent in {@code b[from, to)}, kept within {@link #BEYOND}. */
  private static int power(byte[] b, int from, int to) {
    int p = from;
    boolean negative = false;
    if (p < to && (b[p] == '-' || b[p] == '+')) {
      negative = b[p] == '-';
      p++;
    }
    if (p == to) {
      return NO_POWER;
    }
    int power = 0;
    for (; p < to; p++) {
      int d = b[p] - '0';
      if (d < 0 || d > 9) {
        return NO_POWER;
      }
      power = Math.min(10 * power + d, BEYOND);
    }
    return negative ? -power : power;
  }

  private boolean round(
      byte[] b, int from, int to, boolean negative, long digits, int exponent, boolean exact) {
    double magnitude;
    if (digits == 0) {
      magnitude = 0;
    } else if (exact && digits <= EXACT && exponent >= -22 && exponent <= 22) {
      magnitude = exponent < 0 ? digits / POWERS[-exponent] : digits * POWERS[exponent];
    } else {
      value = Double.parseDouble(new String(b, from, to - from, StandardCharsets.US_ASCII));
      return !Double.isInfinite(value);
    }
    value = negative ? -magnitude : magnitude;
    return true;
  }

  private boolean special(byte[] b, int from, int first, int to, boolean negative) {
    if (is(b, first, to, "inf") || is(b, first, to, "infinity")) {
      value = negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
      return true;
    }
    value = Double.NaN;
    return first == from && is(b, first, to, "nan");
  }

  private static boolean is(byte[] b, int from, int to, String lower) {
    if (to - from != lower.length()) {
      return false;
    }
    for (int i = 0; i < lower.length(); i++) {
      if ((b[from + i] | 0x20) != lower.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
