package io.narthex.pipeline.config;

import java.time.Duration;

/**
 * Durations as Prometheus writes them: whole numbers with the units {@code y w d h m s ms}, each at
 * most once and in this order, such as {@code 1h30m}; or {@code 0}. A year has 365 days, a week 7
 * days, a day 24 hours.
 */
public final class PrometheusDuration {
  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final long[] MILLIS = {
    31_536_000_000L, 604_800_000L, 86_400_000L, 3_600_000L, 60_000L, 1_000L, 1L
  };

  /** Prometheus counts nanoseconds in 64 bits; what does not fit there is out of range here. */
  private static final long MAX_MILLIS = Long.MAX_VALUE / 1_000_000;

  private PrometheusDuration() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if the text is none; the message says so
   */
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty duration string");
    }
    long total = 0;
    int unit = 0;
    for (int at = 0; at < text.length(); ) {
      int digits = at;
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
      int name = at;
      while (at < text.length() && !isDigit(text.charAt(at))) {
        at++;
      }
      unit = unitOf(text, digits, name, text.substring(name, at), unit);
      total = add(total, text, digits, name, MILLIS[unit]);
      unit++;
    }
    return Duration.ofMillis(total);
  }

  /**
   * The canonical text. Years, weeks and days are only used where nothing remains below them, so
   * that 23 days are {@code 23d}, not {@code 3w2d}; parts of a millisecond are left out.
   */
  public static String print(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    var text = new StringBuilder();
    if (millis < 0) {
      text.append('-');
      millis = -millis;
    }
    for (int i = 0; i < UNITS.length; i++) {
      boolean onlyWhole = i < 2;
      if (onlyWhole && millis % MILLIS[i] != 0) {
        continue;
      }
      long count = millis / MILLIS[i];
      if (count > 0) {
        text.append(count).append(UNITS[i]);
        millis -= count * MILLIS[i];
      }
    }
    return text.toString();
  }

  private static int unitOf(String text, int digits, int name, String word, int from) {
    if (digits == name || word.isEmpty()) {
      throw invalid(text);
    }
    for (int i = from; i < UNITS.length; i++) {
      if (UNITS[i].equals(word)) {
        return i;
      }
    }
    throw invalid(text);
  }

  private static long add(long total, String text, int from, int to, long unit) {
    try {
      long part = Math.multiplyExact(Long.parseLong(text.substring(from, to)), unit);
      long sum = Math.addExact(total, part);
      if (sum <= MAX_MILLIS) {
        return sum;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("duration out of range: \"" + text + "\"", e);
    }
    throw new IllegalArgumentException("duration out of range: \"" + text + "\"");
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException(
        "not a valid duration string: \"" + text + "\"; one such as 30s, 5m or 1h30m is");
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
