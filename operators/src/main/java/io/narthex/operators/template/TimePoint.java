package io.narthex.operators.template;

import io.narthex.operators.template.language.Function;
import io.narthex.operators.template.language.GoType;
import io.narthex.operators.template.language.HostValue;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.TextStyle;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A time, in UTC, as templates see it.
 *
 * @param pointer whether a function gave it, as pointer, or a method
 */
record TimePoint(OffsetDateTime time, boolean pointer) implements HostValue {
  private static final GoType TYPE = new GoType("time.Time", GoType.Kind.STRUCT);

  static TimePoint ofMillis(long millis) {
    return new TimePoint(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC), true);
  }

  @Override
  public String typeName() {
    return pointer ? "*time.Time" : "time.Time";
  }

  @Override
  public String text() {
    return TimeLayout.format("2006-01-02 15:04:05.999999999 -0700 MST", time);
  }

  @Override
  public @Nullable Function method(String name) {
    return switch (name) {
      case "String" -> Function.of(arguments -> text());
      case "Format" -> Function.of(a -> TimeLayout.format((String) a.get(0), time), GoType.STRING);
      case "Add" -> Function.of(a -> at(time.plusNanos(TimeSpan.nanos(a.get(0)))), TimeSpan.TYPE);
      case "AddDate" -> Function.of(this::plusDate, GoType.INT, GoType.INT, GoType.INT);
      case "Sub" -> Function.of(a -> since(other(a.get(0))), TYPE);
      case "Before" -> Function.of(a -> time.isBefore(other(a.get(0))), TYPE);
      case "After" -> Function.of(a -> time.isAfter(other(a.get(0))), TYPE);
      case "Equal" -> Function.of(a -> time.isEqual(other(a.get(0))), TYPE);
      case "Truncate" -> Function.of(a -> truncated(TimeSpan.nanos(a.get(0))), TimeSpan.TYPE);
      case "UTC" -> Function.of(a -> at(time));
      case "Unix" -> Function.of(a -> time.toEpochSecond());
      case "UnixMilli" -> Function.of(a -> time.toInstant().toEpochMilli());
      case "UnixMicro" -> Function.of(a -> nanos() / 1_000);
      case "UnixNano" -> Function.of(a -> nanos());
      case "Year" -> Function.of(a -> (long) time.getYear());
      case "Month" ->
          Function.of(
              a ->
                  new Named(
                      "time.Month",
                      time.getMonthValue(),
                      time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH)));
      case "Weekday" ->
          Function.of(
              a ->
                  new Named(
                      "time.Weekday",
                      time.getDayOfWeek().getValue() % 7,
                      time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH)));
      case "Day" -> Function.of(a -> (long) time.getDayOfMonth());
      case "YearDay" -> Function.of(a -> (long) time.getDayOfYear());
      case "Hour" -> Function.of(a -> (long) time.getHour());
      case "Minute" -> Function.of(a -> (long) time.getMinute());
      case "Second" -> Function.of(a -> (long) time.getSecond());
      case "Nanosecond" -> Function.of(a -> (long) time.getNano());
      case "IsZero" -> Function.of(a -> time.toEpochSecond() == -62_135_596_800L);
      default -> null;
    };
  }

  private static TimePoint at(OffsetDateTime time) {
    return new TimePoint(time, false);
  }

  private static OffsetDateTime other(Object argument) {
    return ((TimePoint) argument).time;
  }

  private Object plusDate(List<Object> by) {
    // Days beyond the month's end run on into the next one.
    OffsetDateTime first =
        time.withDayOfMonth(1).plusYears((Long) by.get(0)).plusMonths((Long) by.get(1));
    return at(first.plusDays(time.getDayOfMonth() - 1 + (Long) by.get(2)));
  }

  private TimeSpan since(OffsetDateTime other) {
    return new TimeSpan(Duration.between(other, time).toNanos(), false);
  }

  private TimePoint truncated(long nanos) {
    if (nanos <= 0) {
      return at(time);
    }
    // Counted from the year 1, which is a whole number of days before 1970 but not of weeks.
    var sinceYearOne = BigInteger.valueOf(time.toEpochSecond() + 62_135_596_800L);
    long rest =
        sinceYearOne
            .multiply(BigInteger.valueOf(1_000_000_000L))
            .add(BigInteger.valueOf(time.getNano()))
            .mod(BigInteger.valueOf(nanos))
            .longValueExact();
    return at(time.minusNanos(rest));
  }

  private long nanos() {
    return time.toEpochSecond() * 1_000_000_000L + time.getNano();
  }

  /** A number with a name. */
  private record Named(String typeName, long number, String text) implements HostValue {
    @Override
    public Object base() {
      return number;
    }

    @Override
    public @Nullable Function method(String name) {
      return name.equals("String") ? Function.of(arguments -> text) : null;
    }
  }
}
