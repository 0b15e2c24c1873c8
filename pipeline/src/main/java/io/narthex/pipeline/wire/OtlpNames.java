package io.narthex.pipeline.wire;

import static java.util.Map.entry;

import io.narthex.pipeline.config.OtlpConfig;
import io.narthex.pipeline.config.OtlpConfig.Translation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Names of metrics and labels out of those of OpenTelemetry. Source: OpenTelemetry specification,
 * "Prometheus and OpenMetrics Compatibility"; units as Prometheus' receiver writes them.
 */
final class OtlpNames {
  private static final Map<String, String> UNITS =
      Map.ofEntries(
          entry("d", "days"),
          entry("h", "hours"),
          entry("min", "minutes"),
          entry("s", "seconds"),
          entry("ms", "milliseconds"),
          entry("us", "microseconds"),
          entry("ns", "nanoseconds"),
          entry("By", "bytes"),
          entry("KiBy", "kibibytes"),
          entry("MiBy", "mebibytes"),
          entry("GiBy", "gibibytes"),
          entry("TiBy", "tibibytes"),
          entry("KBy", "kilobytes"),
          entry("MBy", "megabytes"),
          entry("GBy", "gigabytes"),
          entry("TBy", "terabytes"),
          entry("m", "meters"),
          entry("V", "volts"),
          entry("A", "amperes"),
          entry("J", "joules"),
          entry("W", "watts"),
          entry("g", "grams"),
          entry("Cel", "celsius"),
          entry("Hz", "hertz"),
          entry("1", ""),
          entry("%", "percent"));
  private static final Map<String, String> PER_UNITS =
      Map.of(
          "s", "second", "m", "minute", "h", "hour", "d", "day", "w", "week", "mo", "month", "y",
          "year");

  private final boolean utf8;
  private final boolean suffixes;
  private final boolean keyPrefix;
  private final boolean collapse;

  OtlpNames(OtlpConfig config) {
    var translation = config.translation();
    utf8 = translation.utf8();
    suffixes =
        translation == Translation.UNDERSCORE_ESCAPING_WITH_SUFFIXES
            || translation == Translation.NO_UTF8_ESCAPING_WITH_SUFFIXES;
    keyPrefix = config.labelNameUnderscoreSanitization();
    collapse = !config.labelNamePreserveMultipleUnderscores();
  }

  /**
   * The name of a metric.
   *
   * @param counter whether it is a monotonic sum
   * @param gauge whether it is a gauge
   * @return empty if no valid name can be made
   */
  String metric(String name, String unit, boolean counter, boolean gauge) {
    if (utf8) {
      return suffixes ? suffixed(name, unit, counter, gauge) : name;
    }
    String made = suffixes ? normalized(name, unit, counter, gauge) : escaped(name);
    return made.equals(name) || !onlyUnderscores(made) ? made : "";
  }

  /**
   * The name of a label.
   *
   * @return empty if no valid name can be made
   */
  String label(String name) {
    if (utf8 || name.isEmpty()) {
      return name;
    }
    String made = cleaned(name);
    if (isDigit(made.charAt(0))) {
      made = "key_" + made;
    } else if (keyPrefix && made.startsWith("_") && !made.startsWith("__")) {
      made = "key" + made;
    }
    return made.equals(name) || !onlyUnderscores(made) ? made : "";
  }

  /** A unit as Prometheus names it, such as {@code bytes_per_second}. */
  String unit(String unit) {
    String main = mainUnit(unit);
    String per = perUnit(unit);
    if (!utf8) {
      main = trimmedEnd(unitToken(main));
      per = trimmedEnd(unitToken(per));
    }
    return main.isEmpty() ? per : per.isEmpty() ? main : main + "_" + per;
  }

  private static String normalized(String name, String unit, boolean counter, boolean gauge) {
    List<String> tokens = tokens(name, "[^a-zA-Z0-9:]+");
    String main = unitToken(mainUnit(unit));
    String per = trimmedEnd(unitToken(perUnit(unit)));
    if (tokens.contains(main)) {
      main = "";
    }
    if (per.equals("per") || tokens.contains(per)) {
      per = "";
    }
    if (!per.isEmpty()) {
      main = trimmedEnd(main);
    }
    for (String token : List.of(main, per)) {
      if (!token.isEmpty()) {
        tokens.add(token);
      }
    }
    if (counter) {
      moveToEnd(tokens, "total");
    }
    if (unit.equals("1") && gauge) {
      moveToEnd(tokens, "ratio");
    }
    return notDigitFirst(String.join("_", tokens));
  }

  /** For names that keep their characters: suffixes alone are added, unless they are there. */
  private static String suffixed(String name, String unit, boolean counter, boolean gauge) {
    boolean ratio = unit.equals("1") && gauge;
    String main = mainUnit(unit);
    String per = perUnit(unit);
    String made = ratio ? without(name, "ratio") : name;
    made = counter ? without(made, "total") : made;
    made = per.isEmpty() ? made : without(made, per);
    made = main.isEmpty() || made.endsWith(main) ? made : made + "_" + main;
    made = per.isEmpty() ? made : made + "_" + per;
    made = counter ? made + "_total" : made;
    return ratio ? made + "_ratio" : made;
  }

  private static String escaped(String name) {
    return notDigitFirst(String.join("_", tokens(name, "[^a-zA-Z0-9:_]+")));
  }

  private String cleaned(String name) {
    boolean reserved = name.length() > 4 && name.startsWith("__") && name.endsWith("__");
    if (!collapse) {
      return name.codePoints()
          .map(c -> isLetterOrDigit(c) ? c : '_')
          .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
          .toString();
    }
    String inner = reserved ? name.substring(2, name.length() - 2) : name;
    inner = inner.replaceAll("[^a-zA-Z0-9]+", "_");
    return reserved ? "__" + inner + "__" : inner;
  }

  private static String mainUnit(String unit) {
    String main = unit.split("/", 2)[0].strip();
    return isAnnotated(main) ? "" : UNITS.getOrDefault(main, main);
  }

  private static String perUnit(String unit) {
    String[] parts = unit.split("/", 2);
    String per = parts.length < 2 ? "" : parts[1].strip();
    if (per.isEmpty() || isAnnotated(per)) {
      return "";
    }
    return "per_" + PER_UNITS.getOrDefault(per, per);
  }

  private static boolean isAnnotated(String unit) {
    return unit.contains("{") || unit.contains("}");
  }

  private static String unitToken(String unit) {
    String cleaned = unit.replaceAll("[^a-zA-Z0-9:]+", "_");
    return cleaned.startsWith("_") ? cleaned.substring(1) : cleaned;
  }

  private static String trimmedEnd(String token) {
    return token.endsWith("_") ? token.substring(0, token.length() - 1) : token;
  }

  private static String without(String name, String suffix) {
    return name.endsWith(suffix) && name.length() > suffix.length() + 1
        ? name.substring(0, name.length() - suffix.length() - 1)
        : name;
  }

  private static List<String> tokens(String name, String separators) {
    var tokens = new ArrayList<>(Arrays.asList(name.split(separators, -1)));
    tokens.removeIf(String::isEmpty);
    return tokens;
  }

  private static void moveToEnd(List<String> tokens, String token) {
    tokens.removeIf(token::equals);
    tokens.add(token);
  }

  private static String notDigitFirst(String name) {
    return !name.isEmpty() && isDigit(name.charAt(0)) ? "_" + name : name;
  }

  private static boolean onlyUnderscores(String name) {
    return name.chars().allMatch(c -> c == '_');
  }

  private static boolean isLetterOrDigit(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || isDigit(c);
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
