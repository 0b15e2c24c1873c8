package io.narthex.operators.template;

import io.narthex.operators.template.language.FunctionException;
import io.narthex.operators.template.language.GoFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers for people. All take a number or the text of one. */
final class Humanize {
  private static final List<String> LARGE = List.of("k", "M", "G", "T", "P", "E", "Z", "Y");
  private static final List<String> BINARY =
      List.of("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi");
  private static final List<String> SMALL = List.of("m", "u", "n", "p", "f", "a", "z", "y");
  private static final Pattern NUMBER =
      Pattern.compile(
          "[-+]?([0-9]+\\.?[0-9]*([eE][-+]?[0-9]+)?|\\.[0-9]+([eE][-+]?[0-9]+)?"
              + "|0[xX]([0-9a-fA-F]+\\.?[0-9a-fA-F]*|\\.[0-9a-fA-F]+)[pP][-+]?[0-9]+)");
  private static final int DIGITS = 4;
  private static final double NANOS = 1e9;

  private Humanize() {}

  static String decimal(Object number) {
    double value = real(number);
    if (value == 0 || !Double.isFinite(value)) {
      return short4(value);
    }
    return Math.abs(value) >= 1 ? divided(value, 1000, LARGE) : multiplied(value, "");
  }

  static String binary(Object number) {
    double value = real(number);
    return Math.abs(value) <= 1 || !Double.isFinite(value)
        ? short4(value)
        : divided(value, 1024, BINARY);
  }

  static String percentage(Object number) {
    return short4(real(number) * 100) + "%";
  }

  static String duration(Object number) {
    double value = real(number);
    if (!Double.isFinite(value)) {
      return short4(value);
    }
    if (value == 0) {
      return short4(value) + "s";
    }
    double magnitude = Math.abs(value);
    if (magnitude < 1) {
      return multiplied(value, "s");
    }
    String sign = value < 0 ? "-" : "";
    long seconds = (long) magnitude;
    String tail = (seconds / 60) % 60 + "m " + seconds % 60 + "s";
    if (seconds >= 86_400) {
      return sign + seconds / 86_400 + "d " + (seconds / 3_600) % 24 + "h " + tail;
    }
    if (seconds >= 3_600) {
      return sign + seconds / 3_600 + "h " + tail;
    }
    return seconds >= 60 ? sign + tail : sign + short4(magnitude) + "s";
  }

  static String timestamp(Object number) {
    double value = real(number);
    return Double.isFinite(value) ? point(value).text() : short4(value);
  }

  static TimePoint time(Object number) {
    double value = real(number);
    if (!Double.isFinite(value)) {
      throw new FunctionException("value is NaN or Inf");
    }
    return point(value);
  }

  static TimeSpan span(Object number) {
    return new TimeSpan((long) (real(number) * NANOS), true);
  }

  private static TimePoint point(double seconds) {
    double nanos = seconds * NANOS;
    if (nanos > 0x1p63 || nanos < -0x1p63) {
      throw new FunctionException(
          GoFormat.value(seconds)
              + " cannot be represented as a nanoseconds timestamp since it overflows int64");
    }
    return TimePoint.ofMillis((long) nanos / 1_000_000);
  }

  private static String divided(double value, double by, List<String> prefixes) {
    double rest = value;
    String prefix = "";
    for (String next : prefixes) {
      if (Math.abs(rest) < by) {
        break;
      }
      prefix = next;
      rest /= by;
    }
    return short4(rest) + prefix;
  }

  private static String multiplied(double value, String unit) {
    double rest = value;
    String prefix = "";
    for (String next : SMALL) {
      if (Math.abs(rest) >= 1) {
        break;
      }
      prefix = next;
      rest *= 1000;
    }
    return short4(rest) + prefix + unit;
  }

  private static String short4(double value) {
    return GoFormat.significant(value, DIGITS);
  }

  private static double real(Object number) {
    if (number instanceof Double value) {
      return value;
    }
    if (number instanceof Long value) {
      return value;
    }
    if (number instanceof String text) {
      return parsed(text);
    }
    if (number instanceof TimeSpan span && !span.pointer()) {
      return span.nanos() / NANOS;
    }
    throw new FunctionException("can't convert " + GoFormat.typeName(number) + " to float");
  }

  private static double parsed(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    String unsigned = lower.startsWith("-") || lower.startsWith("+") ? lower.substring(1) : lower;
    if (unsigned.equals("inf") || unsigned.equals("infinity")) {
      return lower.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (lower.equals("nan")) {
      return Double.NaN;
    }
    if (!NUMBER.matcher(text).matches()) {
      throw parseFault(text, "invalid syntax");
    }
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value)) {
      throw parseFault(text, "value out of range");
    }
    return value;
  }

  private static FunctionException parseFault(String text, String why) {
    return new FunctionException(
        "strconv.ParseFloat: parsing " + GoFormat.quote(text) + ": " + why);
  }
}
