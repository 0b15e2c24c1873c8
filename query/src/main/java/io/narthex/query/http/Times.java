package io.narthex.query.http;

import io.narthex.query.promql.parse.DurationText;
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
    try {
      return DurationText.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(fault, e);
    }
  }

  /** A duration as Prometheus shows it, such as {@code 1m30s}. */
  static String duration(double seconds) {
    return DurationText.format(Math.round(seconds * 1000));
  }

  /** RFC 3339; Go's zero time for 0, which stands for never. */
  static String rfc3339(long millis) {
    return millis == 0 ? "0001-01-01T00:00:00Z" : Instant.ofEpochMilli(millis).toString();
  }
}
