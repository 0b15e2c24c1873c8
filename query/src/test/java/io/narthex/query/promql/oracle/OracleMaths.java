package io.narthex.query.promql.oracle;

import java.math.BigDecimal;
import java.util.Arrays;

/** Arithmetic of the oracle: exact where that is easy. */
final class OracleMaths {
  private static final double TOLERANCE = 1e-6;

  private OracleMaths() {}

  /** Whether two values are the same but for rounding. */
  static boolean near(double a, double b) {
    if (Double.isNaN(a) || Double.isNaN(b)) {
      return Double.isNaN(a) && Double.isNaN(b);
    }
    return a == b || Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.max(Math.abs(a), Math.abs(b)));
  }

  /** The sum, rounded once. */
  static double sum(double[] values) {
    BigDecimal exact = BigDecimal.ZERO;
    double odd = 0;
    boolean anyOdd = false;
    for (double value : values) {
      if (Double.isNaN(value) || Double.isInfinite(value)) {
        anyOdd = true;
        odd += value;
      } else {
        exact = exact.add(new BigDecimal(value));
      }
    }
    return anyOdd ? odd : exact.doubleValue();
  }

  static double least(double[] values) {
    return Arrays.stream(values).filter(value -> !Double.isNaN(value)).min().orElse(Double.NaN);
  }

  static double greatest(double[] values) {
    return Arrays.stream(values).filter(value -> !Double.isNaN(value)).max().orElse(Double.NaN);
  }

  static double variance(double[] values) {
    if (Double.isFinite(values[0]) && Arrays.stream(values).allMatch(v -> v == values[0])) {
      return 0;
    }
    double mean = sum(values) / values.length;
    double[] squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).toArray();
    return sum(squares) / values.length;
  }

  static double quantile(double share, double[] values) {
    if (Double.isNaN(share) || values.length == 0) {
      return Double.NaN;
    }
    if (share < 0 || share > 1) {
      return share < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    // NaN sorts first in PromQL, last in Java.
    int nans = (int) Arrays.stream(sorted).filter(Double::isNaN).count();
    double[] ordered = new double[sorted.length];
    Arrays.fill(ordered, 0, nans, Double.NaN);
    System.arraycopy(sorted, 0, ordered, nans, sorted.length - nans);
    double rank = share * (ordered.length - 1);
    int lower = (int) Math.floor(rank);
    int upper = Math.min(ordered.length - 1, lower + 1);
    double weight = rank - lower;
    return ordered[lower] * (1 - weight) + ordered[upper] * weight;
  }
}
