package io.narthex.operators.template.language;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Number and character literals. */
final class Numbers {
  private static final Pattern INTEGER =
      Pattern.compile(
          "0[xX](_?[0-9a-fA-F])+|0[oO](_?[0-7])+|0[bB](_?[01])+|0(_?[0-7])*|[1-9](_?[0-9])*");
  private static final Pattern DECIMAL =
      Pattern.compile(
          "([0-9](_?[0-9])*\\.?([0-9](_?[0-9])*)?|\\.[0-9](_?[0-9])*)([eE][-+]?[0-9](_?[0-9])*)?");
  private static final Pattern HEXADECIMAL =
      Pattern.compile("0[xX](_?[0-9a-fA-F])*\\.?([0-9a-fA-F](_?[0-9a-fA-F])*)?[pP][-+]?[0-9]+");

  private Numbers() {}

  /** Reads a number; null if it is none. */
  static Node.@Nullable Num number(int at, String text) {
    boolean signed = text.startsWith("-") || text.startsWith("+");
    String digits = signed ? text.substring(1) : text;
    if (digits.length() > 400) {
      return null;
    }
    int sign = text.startsWith("-") ? -1 : 1;
    if (INTEGER.matcher(digits).matches()) {
      BigInteger value = integer(digits.replace("_", "")).multiply(BigInteger.valueOf(sign));
      Long whole = value.bitLength() < 64 ? value.longValue() : null;
      return whole == null && value.bitLength() > 64
          ? null
          : new Node.Num(at, text, whole, value.doubleValue(), false);
    }
    boolean hexadecimal = HEXADECIMAL.matcher(digits).matches();
    if (!hexadecimal && !DECIMAL.matcher(digits).matches()) {
      return null;
    }
    double value = Double.parseDouble(digits.replace("_", "")) * sign;
    if (Double.isInfinite(value)) {
      return null;
    }
    boolean ideal = hexadecimal || digits.matches(".*[.eE].*");
    boolean isWhole = value == Math.rint(value) && Math.abs(value) < 0x1p63;
    return new Node.Num(at, text, isWhole ? (long) value : null, value, ideal);
  }

  /** Reads a character in single quotes; null if it is not exactly one. */
  static Node.@Nullable Num character(int at, String text) {
    String value = Quoting.unquote(text);
    if (value == null || value.codePointCount(0, value.length()) != 1) {
      return null;
    }
    long point = value.codePointAt(0);
    return new Node.Num(at, text, point, point, false);
  }

  private static BigInteger integer(String digits) {
    if (digits.length() > 1 && digits.charAt(0) == '0') {
      return switch (digits.charAt(1)) {
        case 'x', 'X' -> new BigInteger(digits.substring(2), 16);
        case 'o', 'O' -> new BigInteger(digits.substring(2), 8);
        case 'b', 'B' -> new BigInteger(digits.substring(2), 2);
        default -> new BigInteger(digits, 8);
      };
    }
    return new BigDecimal(digits).toBigIntegerExact();
  }
}
