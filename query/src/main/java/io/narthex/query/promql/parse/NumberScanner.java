package io.narthex.query.promql.parse;

/**
 * Finds the end of numbers and durations. What is found need not be a valid number; that shows when
 * its value is computed.
 */
final class NumberScanner {
  private static final String DECIMAL = "0123456789";
  private static final String HEXADECIMAL = "0123456789abcdefABCDEF";

  private NumberScanner() {}

  /**
   * Takes a number: digits with single underscores between them, a point, an exponent.
   *
   * @param series whether it stands in a series description, where {@code x} means repetition and
   *     there are no hexadecimal numbers
   * @return false if what stands there is none; then the characters up to the offending one are
   *     taken
   */
  static boolean number(ByteScanner in, boolean series) {
    int from = in.pos;
    boolean hex = !series && in.accept("0") && in.accept("xX");
    if (hex) {
      in.accept("_");
    }
    String digits = hex ? HEXADECIMAL : DECIMAL;
    in.accept(".");
    in.accept(digits);
    if (!rest(in, digits, hex) || in.pos == from) {
      return false;
    }
    int next = in.peek();
    return (series && next == 'x') || !ByteScanner.isAlphaNumeric(next);
  }

  /** Takes the units and further digits of a duration whose first digits are taken. */
  static boolean duration(ByteScanner in) {
    if (!in.accept("smhdwy")) {
      return false;
    }
    in.accept("s");
    while (in.accept(DECIMAL)) {
      in.acceptRun(DECIMAL);
      if (!in.accept("smhdw")) {
        return false;
      }
      in.accept("s");
    }
    if (ByteScanner.isAlphaNumeric(in.peek())) {
      in.pos++;
      return false;
    }
    return true;
  }

  private static boolean rest(ByteScanner in, String digits, boolean hex) {
    boolean point = false;
    boolean exponent = false;
    while (true) {
      if (in.accept(".")) {
        if (point || hex || in.accept("_.")) {
          return false;
        }
        point = true;
      } else if (!hex && in.accept("eE")) {
        if (exponent) {
          return false;
        }
        exponent = true;
        in.accept("+-");
        if (in.accept("._eE") || in.peek() == ByteScanner.END_OF_INPUT) {
          return false;
        }
      } else if (in.accept("_")) {
        if (in.accept("._eE") || in.peek() == ByteScanner.END_OF_INPUT) {
          return false;
        }
      } else if (in.accept(digits)) {
        in.acceptRun(digits);
      } else {
        return true;
      }
    }
  }
}
