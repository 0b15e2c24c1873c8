package io.narthex.query.promql.script;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations in scripts: {@code 1h30m}, {@code -15s}, {@code 0}. */
final class ScriptDurations {
  private static final Pattern PART = Pattern.compile("(\\d+)(ms|[smhdwy])");

  private ScriptDurations() {}

  static long millis(String text) {
    String trimmed = text.trim();
    boolean negative = trimmed.startsWith("-");
    String rest = negative || trimmed.startsWith("+") ? trimmed.substring(1) : trimmed;
    if (rest.equals("0")) {
      return 0;
    }
    Matcher matcher = PART.matcher(rest);
    long millis = 0;
    int at = 0;
    while (at < rest.length()) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw new IllegalArgumentException("not a duration: " + text);
      }
      millis += Long.parseLong(matcher.group(1)) * unit(matcher.group(2));
      at = matcher.end();
    }
    return negative ? -millis : millis;
  }

  private static long unit(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      case "w" -> 7 * 86_400_000L;
      default -> 365 * 86_400_000L;
    };
  }
}
