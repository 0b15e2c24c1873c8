package io.narthex.query.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Times and durations as the API reads and writes them. */
final class Times {
  /** The earliest time that clients of Prometheus name, in milliseconds. */
  static final long MIN = (Long.MIN_VALUE / 1000 + 62_135_596_801L) * 1000;

  /** The latest time that clients of Prometheus name, in milliseconds. */
  static final long MAX = (Long.MAX_VALUE / 1000 - 62_135_596_801L) * 1000 + 999;

  private static final String MIN_TEXT = "-292273086-05-16T16:47:06Z";
  private static final String MAX_TEXT = "292277025-08-18T07:12:54.999999999Z";
  private static final double MAX_DURATION_NANOS = 0x1p63;
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?");
  private static final Pattern RFC3339 =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]+)?"
              + "(?:Z|[+-][0-9]{2}:[0-9]{2})");
  private static final Pattern DURATION =
      Pattern.compile(
          "(?:([0-9]{1,9})y)?(?:([0-9]{1,9})w)?(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?"
              + "(?:([0-9]{1,12})m)?(?:([0-9]{1,12})s)?(?:([0-9]{1,15})ms)?");
  private static final long[] UNITS = {
    31_536_000_000L, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1
  };
  private static final String[] UNIT_NAMES = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final int FIRST_INEXACT_UNIT = 2;

  private Times() {}

  /**
   * A time in milliseconds, from seconds as a decimal number, RFC 3339, or one of the two texts for
   * the earliest and the latest time; null if it is none of them.
   */
  static @Nullable Long parse(String text) {
    if (NUMBER.matcher(text).matches()) {
      double millis = Double.parseDouble(text) * 1000;
      return Math.max(MIN, Math.min(MAX, Math.round(millis)));
    }
    if (RFC3339.matcher(text).matches()) {
      try {
        return OffsetDateTime.parse(text).toInstant().toEpochMilli();
      } catch (DateTimeException e) {
        return null; // a thirteenth month or the like: no time, as the caller will say
      }
    }
    return text.equals(MIN_TEXT) ? (Long) MIN : text.equals(MAX_TEXT) ? (Long) MAX : null;
  }

  /**
   * A duration in milliseconds, from seconds as a decimal number or a text like {@code 1h30m}.
   *
   * @throws IllegalArgumentException in Prometheus' words
   */
  static long parseDuration(String text) {
    String fault = "cannot parse " + Go.quote(text) + " to a valid duration";
    if (NUMBER.matcher(text).matches()) {
      double nanos = Double.parseDouble(text) * 1e9;
      if (Math.abs(nanos) >= MAX_DURATION_NANOS) {
        throw new IllegalArgumentException(fault + ". It overflows int64");
      }
      return (long) nanos / 1_000_000;
    }
    var matcher = DURATION.matcher(text);
    if (text.isEmpty() || !matcher.matches()) {
      throw new IllegalArgumentException(fault);
    }
    double millis = 0;
    for (int i = 0; i < UNITS.length; i++) {
      String digits = matcher.group(i + 1);
      millis += digits == null ? 0 : Double.parseDouble(digits) * UNITS[i];
    }
    if (millis * 1e6 >= MAX_DURATION_NANOS) {
      throw new IllegalArgumentException(fault);
    }
    return (long) millis;
  }

  /** A duration as Prometheus shows it: {@code 1m30s}; years and weeks only if they are exact. */
  static String duration(double seconds) {
    long rest = Math.round(seconds * 1000);
    if (rest == 0) {
      return "0s";
    }
    var text = new StringBuilder();
    for (int i = 0; i < UNITS.length; i++) {
      long count = rest / UNITS[i];
      if (count > 0 && (i >= FIRST_INEXACT_UNIT || rest % UNITS[i] == 0)) {
        text.append(count).append(UNIT_NAMES[i]);
        rest -= count * UNITS[i];
      }
    }
    return text.toString();
  }

  /** RFC 3339; Go's zero time for 0, which stands for never. */
  static String rfc3339(long millis) {
    return millis == 0 ? "0001-01-01T00:00:00Z" : Instant.ofEpochMilli(millis).toString();
  }
}
