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

  /**
   * As {@link #lost} where the total is finite, without looking which of the two is greater: both
   * ways to compute what one addition lost are exact, so they give the same. Else not finite.
   *
   * <p>Source: D. E. Knuth, The Art of Computer Programming, volume 2, section 4.2.2, theorem B.
   *
   * @param total the rounded sum of {@code sum} and {@code value}
   */
  public static double lostOf(double total, double value, double sum, double lost) {
    double added = total - sum;
    return lost + ((sum - (total - added)) + (value - added));
  }

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
