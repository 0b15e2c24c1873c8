package io.narthex.sources.scrape;

import java.time.Duration;
import java.util.regex.Pattern;

/** Durations as Prometheus writes them in labels: {@code 1h30m}, {@code 15s}, {@code 100ms}. */
final class PrometheusDuration {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?");
  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final long[] MILLIS = {
    365 * 86_400_000L, 7 * 86_400_000L, 86_400_000L, 3_600_000L, 60_000L, 1000L, 1L
  };

  private PrometheusDuration() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Duration parse(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty duration string");
    }
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    var matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a valid duration string: \"" + text + "\"");
    }
    try {
      long millis = 0;
      for (int i = 0; i < UNITS.length; i++) {
        String count = matcher.group(i + 1);
        if (count != null) {
          millis = Math.addExact(millis, Math.multiplyExact(Long.parseLong(count), MILLIS[i]));
        }
      }
      return Duration.ofMillis(millis);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("duration out of range: \"" + text + "\"", e);
    }
  }

  /** The shortest form in whole units; years and weeks only where they come out even. */
  static String format(Duration duration) {
    long left = duration.toMillis();
    if (left == 0) {
      return "0s";
    }
    var text = new StringBuilder();
    for (int i = 0; i < UNITS.length; i++) {
      boolean exactOnly = i < 2;
      if (!exactOnly || left % MILLIS[i] == 0) {
        long count = left / MILLIS[i];
        if (count > 0) {
          text.append(count).append(UNITS[i]);
        }
        left -= count * MILLIS[i];
      }
    }
    return text.toString();
  }
}
