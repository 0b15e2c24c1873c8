package io.narthex.operators.template.language;

import io.narthex.pipeline.wire.DoubleText;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Floats as text, by Go's verbs e, f and g. */
final class GoFloats {
  private static final int SHORTEST = -1;
  // From this exponent on the shortest form has one.
  private static final int SHORTEST_LIMIT = 6;

  private GoFloats() {}

  /**
   * Writes a float.
   *
   * @param verb one of e f g
   * @param precision digits after the point, of g all digits; −1 for as many as are needed
   */
  static String format(double value, char verb, int precision) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    double magnitude = Math.abs(value);
    String text =
        switch (verb) {
          case 'e' -> exponential(magnitude, precision);
          case 'f' -> plain(magnitude, precision);
          default -> general(magnitude, precision);
        };
    return negative ? "-" + text : text;
  }

  private static String plain(double value, int precision) {
    return precision == SHORTEST
        ? DoubleText.plain(value)
        : new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String exponential(double value, int precision) {
    if (precision == SHORTEST) {
      return DoubleText.scientific(value);
    }
    if (value == 0) {
      return "0" + (precision > 0 ? "." + "0".repeat(precision) : "") + "e+00";
    }
    var rounded = rounded(value, precision + 1);
    String digits = rounded.unscaledValue().toString();
    int exponent = digits.length() - 1 - rounded.scale();
    digits += "0".repeat(Math.max(0, precision + 1 - digits.length()));
    String point = precision > 0 ? "." + digits.substring(1, precision + 1) : "";
    return digits.charAt(0) + point + exponent(exponent);
  }

  private static String general(double value, int precision) {
    if (value == 0) {
      return "0";
    }
    String scientific = DoubleText.scientific(value);
    if (precision == SHORTEST) {
      int exponent = Integer.parseInt(scientific.substring(scientific.indexOf('e') + 1));
      return exponent < -4 || exponent >= SHORTEST_LIMIT ? scientific : DoubleText.plain(value);
    }
    int wanted = Math.max(1, precision);
    var rounded = rounded(value, wanted).stripTrailingZeros();
    int digits = rounded.precision();
    int exponent = digits - 1 - rounded.scale();
    int limit = wanted > digits && digits >= exponent + 1 ? digits : wanted;
    if (exponent >= -4 && exponent < limit) {
      return rounded.toPlainString();
    }
    String all = rounded.unscaledValue().toString();
    return all.charAt(0) + (digits > 1 ? "." + all.substring(1) : "") + exponent(exponent);
  }

  private static BigDecimal rounded(double value, int digits) {
    return new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
  }

  private static String exponent(int exponent) {
    int magnitude = Math.abs(exponent);
    return (exponent < 0 ? "e-" : "e+") + (magnitude < 10 ? "0" : "") + magnitude;
  }
}
