package io.narthex.query.promql.function;

import java.util.Arrays;

/** Quantiles of plain values. */
public final class Quantiles {
  private Quantiles() {}

  /**
   * The φ-quantile of {@code values[0, size)}, interpolated between neighbours. Sorts the values,
   * NaN first.
   */
  public static double of(double quantile, double[] values, int size) {
    sortNanFirst(values, size);
    return ofSorted(quantile, values, size);
  }

  /** The φ-quantile of {@code values[0, size)}, which are in ascending order with NaN first. */
  static double ofSorted(double quantile, double[] values, int size) {
    if (size == 0 || Double.isNaN(quantile)) {
      return Double.NaN;
    }
    if (quantile < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (quantile > 1) {
      return Double.POSITIVE_INFINITY;
    }
    double rank = quantile * (size - 1);
    double lower = Math.max(0, Math.floor(rank));
    double upper = Math.min(size - 1, lower + 1);
    double weight = rank - Math.floor(rank);
    return values[(int) lower] * (1 - weight) + values[(int) upper] * weight;
  }

  private static void sortNanFirst(double[] values, int size) {
    int nans = 0;
    for (int i = 0; i < size; i++) {
      if (Double.isNaN(values[i])) {
        double nan = values[i];
        values[i] = values[nans];
        values[nans++] = nan;
      }
    }
    Arrays.sort(values, nans, size);
  }
}
