package io.narthex.query.promql.function;

import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Functions of single floats, applied to whole columns. */
public final class Maths {
  private static final double LN_2 = 0.6931471805599453;

  /** The quotient of the two logarithms, rounded once. */
  private static final double LN_2_PER_LN_10 = 0.3010299956639812;

  private static final long DAY = 86_400;

  /** Replaces {@code values[0, size)}; what is not present is garbage before and after. */
  @FunctionalInterface
  public interface ColumnOperator {
    void apply(double[] values, int size);
  }

  private static final Map<String, ColumnOperator> FUNCTIONS =
      Map.ofEntries(
          Map.entry("abs", Maths::abs),
          Map.entry("ceil", Maths::ceil),
          Map.entry("floor", Maths::floor),
          Map.entry("sqrt", Maths::sqrt),
          Map.entry("sgn", Maths::sgn),
          Map.entry("deg", Maths::deg),
          Map.entry("rad", Maths::rad),
          Map.entry("exp", each(StrictMath::exp)),
          Map.entry("ln", each(StrictMath::log)),
          Map.entry("log2", each(Maths::log2)),
          Map.entry("log10", each(Maths::log10)),
          Map.entry("sin", each(StrictMath::sin)),
          Map.entry("cos", each(StrictMath::cos)),
          Map.entry("tan", each(StrictMath::tan)),
          Map.entry("asin", each(StrictMath::asin)),
          Map.entry("acos", each(StrictMath::acos)),
          Map.entry("atan", each(StrictMath::atan)),
          Map.entry("sinh", each(StrictMath::sinh)),
          Map.entry("cosh", each(StrictMath::cosh)),
          Map.entry("tanh", each(StrictMath::tanh)),
          Map.entry("asinh", each(Maths::asinh)),
          Map.entry("acosh", each(Maths::acosh)),
          Map.entry("atanh", each(Maths::atanh)));

  private static final Map<String, ColumnOperator> DATES =
      Map.ofEntries(
          Map.entry("minute", each(t -> Math.floorMod(seconds(t), 3600L) / 60)),
          Map.entry("hour", each(t -> Math.floorMod(seconds(t), DAY) / 3600)),
          Map.entry("day_of_week", each(t -> date(t).getDayOfWeek().getValue() % 7)),
          Map.entry("day_of_month", each(t -> date(t).getDayOfMonth())),
          Map.entry("day_of_year", each(t -> date(t).getDayOfYear())),
          Map.entry("days_in_month", each(t -> YearMonth.from(date(t)).lengthOfMonth())),
          Map.entry("month", each(t -> date(t).getMonthValue())),
          Map.entry("year", each(t -> date(t).getYear())));

  private Maths() {}

  /** The function of this name that takes one instant vector; null if there is none. */
  public static @Nullable ColumnOperator function(String name) {
    return FUNCTIONS.get(name);
  }

  /** The function of this name that takes seconds since the epoch; null if there is none. */
  public static @Nullable ColumnOperator date(String name) {
    return DATES.get(name);
  }

  /** Logarithm to base 2, exact for powers of two. */
  public static double log2(double x) {
    if (!(x > 0) || Double.isInfinite(x)) {
      return StrictMath.log(x);
    }
    int exponent = Math.getExponent(x) + 1;
    double fraction = Math.scalb(x, -exponent);
    if (Math.getExponent(x) < Double.MIN_EXPONENT) {
      exponent = Math.getExponent(x * 0x1p52) + 1 - 52;
      fraction = Math.scalb(x * 0x1p52, -exponent - 52);
    }
    return fraction == 0.5 ? exponent - 1 : exponent + StrictMath.log(fraction) * (1 / LN_2);
  }

  /** 2 to the power of x. */
  public static double exp2(double x) {
    return StrictMath.pow(2, x);
  }

  /** Restricts to a range; NaN stays. */
  public static double clamp(double value, double min, double max) {
    return Math.max(min, Math.min(max, value));
  }

  /** Rounds to the nearest multiple, ties up. */
  public static double round(double value, double multiple) {
    double inverse = 1 / multiple;
    return Math.floor(value * inverse + 0.5) / inverse;
  }

  /** The remainder with the sign of the dividend; as C's fmod. */
  public static double remainder(double a, double b) {
    return a % b;
  }

  private static double log10(double x) {
    return log2(x) * LN_2_PER_LN_10;
  }

  private static double asinh(double x) {
    double a = Math.abs(x);
    double result;
    if (a > 0x1p28) {
      result = StrictMath.log(a) + LN_2;
    } else if (a > 2) {
      result = StrictMath.log(2 * a + 1 / (Math.sqrt(a * a + 1) + a));
    } else if (a < 0x1p-28) {
      result = a;
    } else {
      result = StrictMath.log1p(a + a * a / (1 + Math.sqrt(1 + a * a)));
    }
    return Math.copySign(result, x);
  }

  private static double acosh(double x) {
    if (x < 1 || Double.isNaN(x)) {
      return Double.NaN;
    }
    if (x == 1) {
      return 0;
    }
    if (x >= 0x1p28) {
      return StrictMath.log(x) + LN_2;
    }
    if (x > 2) {
      return StrictMath.log(2 * x - 1 / (x + Math.sqrt(x * x - 1)));
    }
    double t = x - 1;
    return StrictMath.log1p(t + Math.sqrt(2 * t + t * t));
  }

  private static double atanh(double x) {
    double a = Math.abs(x);
    double result;
    if (a < 0x1p-28) {
      result = a;
    } else if (a < 0.5) {
      double twice = a + a;
      result = 0.5 * StrictMath.log1p(twice + twice * a / (1 - a));
    } else {
      result = 0.5 * StrictMath.log1p((a + a) / (1 - a));
    }
    return Math.copySign(result, x);
  }

  private static long seconds(double value) {
    return Double.isNaN(value) ? Long.MIN_VALUE : (long) value;
  }

  private static LocalDate date(double value) {
    long day = Math.floorDiv(seconds(value), DAY);
    long most = LocalDate.MAX.toEpochDay();
    return LocalDate.ofEpochDay(Math.max(-most / 2, Math.min(most, day)));
  }

  private static ColumnOperator each(DoubleUnaryOperator function) {
    return (values, size) -> {
      for (int i = 0; i < size; i++) {
        values[i] = function.applyAsDouble(values[i]);
      }
    };
  }

  private static void abs(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      values[i] = Math.abs(values[i]);
    }
  }

  private static void ceil(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      values[i] = Math.ceil(values[i]);
    }
  }

  private static void floor(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      values[i] = Math.floor(values[i]);
    }
  }

  private static void sqrt(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      values[i] = Math.sqrt(values[i]);
    }
  }

  private static void sgn(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      double value = values[i];
      values[i] = value < 0 ? -1 : value > 0 ? 1 : value;
    }
  }

  private static void deg(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      values[i] = values[i] * 180 / Math.PI;
    }
  }

  private static void rad(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      values[i] = values[i] * Math.PI / 180;
    }
  }
}
