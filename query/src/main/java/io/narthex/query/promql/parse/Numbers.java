package io.narthex.query.promql.parse;

/** Values of number literals. */
final class Numbers {
  /** Most seconds that fit a 64-bit count of nanoseconds. */
  private static final double MAX_SECONDS = 0x1p63 / 1e9;

  /** Octal digits of a 64-bit number with a sign. */
  private static final int MAX_OCTAL_DIGITS = 21;

  private Numbers() {}

  /**
   * The value of a literal: decimal, {@code 0x}, {@code 0}-led octal, {@code Inf}, {@code NaN}.
   * What is no octal number of 64 bits counts as decimal.
   *
   * @throws NumberFormatException if it is none or too large; the message says why
   */
  static double parse(String text) {
    if (text.equalsIgnoreCase("inf")) {
      return Double.POSITIVE_INFINITY;
    }
    if (text.equalsIgnoreCase("nan")) {
      return Double.NaN;
    }
    String digits = text.indexOf('_') < 0 ? text : text.replace("_", "");
    if (digits.startsWith("0x") || digits.startsWith("0X")) {
      return hexadecimal(digits.substring(2), text);
    }
    if (isOctal(digits)) {
      int zeros = 0;
      while (zeros < digits.length() - 1 && digits.charAt(zeros) == '0') {
        zeros++;
      }
      boolean fits = digits.length() - zeros <= MAX_OCTAL_DIGITS;
      if (fits) {
        return Long.parseLong(digits, zeros, digits.length(), 8);
      }
    }
    double value;
    try {
      value = Double.parseDouble(digits);
    } catch (NumberFormatException e) {
      throw invalid(text, "invalid syntax");
    }
    if (Double.isInfinite(value)) {
      throw invalid(text, "value out of range");
    }
    return value;
  }

  /** Seconds of a duration literal. */
  static double seconds(long millis) {
    return (double) (millis / 1000) + (millis % 1000 * 1_000_000) / 1e9;
  }

  /** Whole milliseconds, computed by way of nanoseconds as Prometheus does. */
  static long millis(double seconds) {
    return roundHalfAway(seconds * 1e9) / 1_000_000;
  }

  /** Whether a number of seconds is too large for a duration. */
  static boolean tooLong(double seconds) {
    return seconds > MAX_SECONDS || seconds < -MAX_SECONDS;
  }

  /** The nearest integer; halves go away from zero. */
  static long roundHalfAway(double value) {
    double rounded = Math.rint(value);
    if (Math.abs(value - (long) value) == 0.5) {
      rounded = value + Math.copySign(0.5, value);
    }
    return (long) rounded;
  }

  private static boolean isOctal(String digits) {
    if (digits.length() < 2 || digits.charAt(0) != '0') {
      return false;
    }
    for (int i = 0; i < digits.length(); i++) {
      if (digits.charAt(i) < '0' || digits.charAt(i) > '7') {
        return false;
      }
    }
    return true;
  }

  private static double hexadecimal(String digits, String text) {
    try {
      return Long.parseLong(digits, 16);
    } catch (NumberFormatException e) {
      throw invalid(text, "invalid syntax");
    }
  }

  private static NumberFormatException invalid(String text, String why) {
    return new NumberFormatException(
        "error parsing number: strconv.ParseFloat: parsing " + GoText.quote(text) + ": " + why);
  }
}
