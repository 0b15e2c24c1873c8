package io.narthex.jobs.check;

import io.narthex.pipeline.model.MetricMetadata.MetricType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How metrics and labels ought to be named: base units, suffixes by type, no types or abbreviated
 * units in names.
 *
 * @see <a href="https://prometheus.io/docs/practices/naming/">the conventions</a>
 */
final class NamingConventions {
  private static final Pattern CAMEL_CASE = Pattern.compile("[a-z][A-Z]");

  private static final Set<String> BASE_UNITS =
      Set.of(
          "amperes", "bytes", "celsius", "grams", "joules", "kelvin", "meters", "metres", "seconds",
          "volts");

  private static final Map<String, String> OTHER_UNITS = otherUnits();

  private static final List<String> PREFIXES =
      List.of(
          "pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto", "kilo", "kibi",
          "mega", "mibi", "giga", "gibi", "tera", "tebi", "peta", "pebi");

  private static final Set<String> ABBREVIATIONS =
      Set.of("s", "ms", "us", "ns", "sec", "b", "kb", "mb", "gb", "tb", "pb", "m", "h", "d");

  private static final List<String> TYPES =
      List.of("counter", "gauge", "summary", "histogram", "gauge_histogram");

  private NamingConventions() {}

  /** Tells where a family leaves the conventions. */
  static void check(MetricsLint.Family family, Consumer<String> problem) {
    if (!family.help) {
      problem.accept("no help text");
    }
    units(family.name, problem);
    typeSuffixes(family, problem);
    reservedLabels(family, problem);
    String lower = family.name.toLowerCase(Locale.ROOT);
    for (String type : TYPES) {
      if (hasPart(lower, type)) {
        problem.accept("metric name should not include type '" + type + "'");
      }
    }
    if (family.name.indexOf(':') >= 0) {
      problem.accept("metric names should not contain ':', it is for recording rules");
    }
    if (CAMEL_CASE.matcher(family.name).find()) {
      problem.accept("metric names should be written in 'snake_case' not 'camelCase'");
    }
    if (family.labelNames.stream().anyMatch(name -> CAMEL_CASE.matcher(name).find())) {
      problem.accept("label names should be written in 'snake_case' not 'camelCase'");
    }
    if (ABBREVIATIONS.stream().anyMatch(unit -> hasPart(lower, unit))) {
      problem.accept("metric names should not contain abbreviated units");
    }
  }

  private static boolean hasPart(String name, String part) {
    return name.contains("_" + part + "_") || name.endsWith("_" + part);
  }

  private static void units(String name, Consumer<String> problem) {
    for (String word : name.split("_", -1)) {
      String base = baseOf(word);
      if (base != null) {
        if (!base.equals(word)) {
          problem.accept("use base unit \"" + base + "\" instead of \"" + word + "\"");
        }
        return;
      }
    }
  }

  /** The base unit of a unit; null if the word is none. */
  private static @Nullable String baseOf(String word) {
    String base = baseOfPlain(word);
    for (int i = 0; base == null && i < PREFIXES.size(); i++) {
      String prefix = PREFIXES.get(i);
      base = word.startsWith(prefix) ? baseOfPlain(word.substring(prefix.length())) : null;
    }
    return base;
  }

  private static @Nullable String baseOfPlain(String word) {
    return BASE_UNITS.contains(word) ? word : OTHER_UNITS.get(word);
  }

  private static void typeSuffixes(MetricsLint.Family family, Consumer<String> problem) {
    MetricType type = family.type();
    if (type == MetricType.UNKNOWN) {
      return;
    }
    boolean counter = type == MetricType.COUNTER;
    if (counter != family.name.endsWith("_total")) {
      problem.accept(
          counter
              ? "counter metrics should have \"_total\" suffix"
              : "non-counter metrics should not have \"_total\" suffix");
    }
    boolean histogram = type == MetricType.HISTOGRAM;
    boolean distribution = histogram || type == MetricType.SUMMARY;
    if (!histogram && family.name.endsWith("_bucket")) {
      problem.accept("non-histogram metrics should not have \"_bucket\" suffix");
    }
    for (String suffix : List.of("_count", "_sum")) {
      if (!distribution && family.name.endsWith(suffix)) {
        problem.accept(
            "non-histogram and non-summary metrics should not have \"" + suffix + "\" suffix");
      }
    }
  }

  private static void reservedLabels(MetricsLint.Family family, Consumer<String> problem) {
    MetricType type = family.type();
    if (type == MetricType.UNKNOWN) {
      return;
    }
    if (type != MetricType.HISTOGRAM && family.labelNames.contains("le")) {
      problem.accept("non-histogram metrics should not have \"le\" label");
    }
    if (type != MetricType.SUMMARY && family.labelNames.contains("quantile")) {
      problem.accept("non-summary metrics should not have \"quantile\" label");
    }
  }

  private static Map<String, String> otherUnits() {
    var units = new TreeMap<String, String>();
    List.of("minutes", "hours", "days", "weeks").forEach(unit -> units.put(unit, "seconds"));
    units.put("kelvins", "kelvin");
    List.of("fahrenheit", "rankine").forEach(unit -> units.put(unit, "celsius"));
    List.of("inches", "yards", "miles").forEach(unit -> units.put(unit, "meters"));
    units.put("bits", "bytes");
    units.put("calories", "joules");
    List.of("pounds", "ounces").forEach(unit -> units.put(unit, "grams"));
    return units;
  }
}
