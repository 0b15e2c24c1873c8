package io.narthex.jobs.client;

import io.narthex.pipeline.config.PrometheusDuration;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.regex.Pattern;

/** Times and durations as a person types them. */
public final class Times {
  private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9]+)?");
  private static final Pattern RELATIVE = Pattern.compile("(now)?-([0-9a-z]+)");
  private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

  /** The end of the year 9999. */
  private static final BigDecimal LATEST = BigDecimal.valueOf(253_402_300_799_999L);

  private Times() {}

  /**
   * A time in milliseconds: {@code now}, {@code -1h} or {@code now-1h} before it, seconds, a day,
   * or RFC 3339, where the zone may be missing and is then UTC.
   *
   * @throws IllegalArgumentException that says what would be right
   */
  public static long parse(String text, long now) {
    if (text.equals("now")) {
      return now;
    }
    var relative = RELATIVE.matcher(text);
    if (relative.matches()) {
      return now - duration(relative.group(2));
    }
    if (NUMBER.matcher(text).matches()) {
      return millis(text);
    }
    try {
      if (DAY.matcher(text).matches()) {
        return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
      }
      String full = text.replace(' ', 'T');
      boolean zone = full.matches(".*(Z|[+-]\\d{2}:\\d{2})");
      return OffsetDateTime.parse(zone ? full : full + "Z").toInstant().toEpochMilli();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          text + " is no time; now, -1h, 2026-11-21T12:00:00Z or seconds since 1970 are", e);
    }
  }

  /**
   * A duration in milliseconds: {@code 1h30m}, or seconds.
   *
   * @throws IllegalArgumentException that says what would be right
   */
  public static long duration(String text) {
    if (NUMBER.matcher(text).matches()) {
      return millis(text);
    }
    return PrometheusDuration.parse(text).toMillis();
  }

  private static long millis(String seconds) {
    var millis = new BigDecimal(seconds).movePointRight(3).setScale(0, RoundingMode.HALF_UP);
    if (millis.compareTo(LATEST) > 0) {
      throw new IllegalArgumentException(
          seconds
              + " is too many seconds; milliseconds since 1970 want a dot before the last three");
    }
    return millis.longValue();
  }

  /** Seconds as the API takes them. */
  public static String seconds(long millis) {
    return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
  }

  static String rfc3339(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}
