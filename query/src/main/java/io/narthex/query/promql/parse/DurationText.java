package io.narthex.query.promql.parse;

/** Durations as text: integers with the units y w d h m s ms, from large to small. */
public final class DurationText {
  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final long[] MILLIS = {
    31_536_000_000L, 604_800_000L, 86_400_000L, 3_600_000L, 60_000L, 1_000L, 1L
  };

  /** The longest duration, that of a 64-bit count of nanoseconds. */
  private static final long MAX_MILLIS = Long.MAX_VALUE / 1_000_000;

  private DurationText() {}

  /**
   * Reads a duration such as {@code 1h30m}.
   *
   * @return milliseconds
   * @throws IllegalArgumentException if it is none; the message says why
   */
  public static long parse(String text) {
    if (text.equals("0")) {
      return 0;
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty duration string");
    }
    long total = 0;
    int lastUnit = -1;
    for (int i = 0; i < text.length(); ) {
      int unitFrom = skip(text, i, true);
      int unitTo = skip(text, unitFrom, false);
      if (unitFrom == i || unitTo == unitFrom) {
        throw invalid(text);
      }
      int unit = unit(text, unitFrom, unitTo);
      if (unit <= lastUnit) {
        throw invalid(text);
      }
      lastUnit = unit;
      total += times(text, i, unitFrom, MILLIS[unit]);
      if (total > MAX_MILLIS) {
        throw new IllegalArgumentException("duration out of range");
      }
      i = unitTo;
    }
    return total;
  }

  /** The shortest text for a duration; years and weeks only where they divide it. */
  public static String format(long millis) {
    if (millis == 0) {
      return "0s";
    }
    var out = new StringBuilder();
    long rest = millis;
    if (rest < 0) {
      out.append('-');
      rest = -rest;
    }
    for (int i = 0; i < UNITS.length; i++) {
      boolean exact = i <= 1;
      if (rest >= MILLIS[i] && (!exact || rest % MILLIS[i] == 0)) {
        out.append(rest / MILLIS[i]).append(UNITS[i]);
        rest %= MILLIS[i];
      }
    }
    return out.toString();
  }

  private static int unit(String text, int from, int to) {
    for (int i = 0; i < UNITS.length; i++) {
      if (UNITS[i].length() == to - from && text.startsWith(UNITS[i], from)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "unknown unit "
            + GoText.quote(text.substring(from, to))
            + " in duration "
            + GoText.quote(text));
  }

  private static long times(String text, int from, int to, long unit) {
    long count = 0;
    for (int i = from; i < to; i++) {
      count = count * 10 + (text.charAt(i) - '0');
      if (count > MAX_MILLIS / unit) {
        throw new IllegalArgumentException("duration out of range");
      }
    }
    return count * unit;
  }

  private static int skip(String text, int from, boolean digits) {
    int i = from;
    while (i < text.length() && ByteScanner.isDigit(text.charAt(i)) == digits) {
      i++;
    }
    return i;
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException("not a valid duration string: " + GoText.quote(text));
  }
}
