package io.narthex.query.promql.function;

/**
 * Compensated summation. A sum is carried as two numbers, the rounded sum and what rounding lost;
 * each addition replaces both.
 *
 * <p>Source: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen",
 * ZAMM 54 (1974), the improvement of Kahan's method that also holds if a summand exceeds the sum.
 */
public final class Kahan {
  private Kahan() {}

  /** What rounding lost after {@code value} was added to {@code sum}, {@code lost} before. */
  public static double lost(double value, double sum, double lost) {
    double total = sum + value;
    if (Double.isInfinite(total)) {
      return 0;
    }
    return Math.abs(sum) >= Math.abs(value)
        ? lost + ((sum - total) + value)
        : lost + ((value - total) + sum);
  }
}
