package io.narthex.operators.template;

import io.narthex.operators.template.language.Function;
import io.narthex.operators.template.language.GoType;
import io.narthex.operators.template.language.HostValue;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A duration as templates see it.
 *
 * @param pointer whether a function gave it, as pointer, or a method
 */
record TimeSpan(long nanos, boolean pointer) implements HostValue {
  static final GoType TYPE = new GoType("time.Duration", GoType.Kind.INT);
  private static final long SECOND = 1_000_000_000L;

  /** The nanoseconds of an argument of this type, which may be a literal number. */
  static long nanos(Object argument) {
    return argument instanceof TimeSpan span ? span.nanos : (Long) argument;
  }

  @Override
  public String typeName() {
    return pointer ? "*time.Duration" : "time.Duration";
  }

  @Override
  public Object base() {
    return nanos;
  }

  @Override
  public @Nullable Function method(String name) {
    return switch (name) {
      case "String" -> Function.of(arguments -> text());
      case "Nanoseconds" -> Function.of(arguments -> nanos);
      case "Microseconds" -> Function.of(arguments -> nanos / 1_000);
      case "Milliseconds" -> Function.of(arguments -> nanos / 1_000_000);
      case "Seconds" -> Function.of(arguments -> in(SECOND));
      case "Minutes" -> Function.of(arguments -> in(60 * SECOND));
      case "Hours" -> Function.of(arguments -> in(3_600 * SECOND));
      case "Abs" -> Function.of(arguments -> new TimeSpan(Math.abs(nanos), false));
      case "Truncate" -> Function.of(arguments -> truncated(nanos(arguments.get(0))), TYPE);
      case "Round" -> Function.of(arguments -> rounded(nanos(arguments.get(0))), TYPE);
      default -> null;
    };
  }

  private double in(long unit) {
    return (double) (nanos / unit) + (double) (nanos % unit) / unit;
  }

  private TimeSpan truncated(long unit) {
    return new TimeSpan(unit <= 0 ? nanos : nanos - nanos % unit, false);
  }

  private TimeSpan rounded(long unit) {
    if (unit <= 0) {
      return new TimeSpan(nanos, false);
    }
    long rest = Math.abs(nanos % unit);
    long down = Math.abs(nanos) - rest;
    long magnitude = rest >= unit - rest ? down + unit : down;
    return new TimeSpan(nanos < 0 ? -magnitude : magnitude, false);
  }

  /** As Go writes it, such as {@code 1h0m2.5s}. */
  @Override
  public String text() {
    if (nanos == 0) {
      return "0s";
    }
    String sign = nanos < 0 ? "-" : "";
    BigDecimal magnitude = BigDecimal.valueOf(nanos).abs();
    if (magnitude.compareTo(BigDecimal.valueOf(SECOND)) < 0) {
      long small = magnitude.longValue();
      if (small < 1_000) {
        return sign + small + "ns";
      }
      return sign + (small < 1_000_000 ? scaled(magnitude, 3) + "µs" : scaled(magnitude, 6) + "ms");
    }
    BigDecimal[] minutes = magnitude.divideAndRemainder(BigDecimal.valueOf(60 * SECOND));
    long whole = minutes[0].longValue();
    String seconds = scaled(minutes[1], 9) + "s";
    if (whole == 0) {
      return sign + seconds;
    }
    return sign + (whole >= 60 ? whole / 60 + "h" : "") + whole % 60 + "m" + seconds;
  }

  private static String scaled(BigDecimal value, int digits) {
    BigDecimal scaled = value.movePointLeft(digits);
    return scaled.signum() == 0 ? "0" : scaled.stripTrailingZeros().toPlainString();
  }
}
