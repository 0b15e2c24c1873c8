package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.function.Kahan;
import io.narthex.query.promql.function.Maths;

/**
 * Quantiles and fractions of native histograms. Observations are taken as spread evenly over their
 * bucket: on a logarithmic scale for exponential schemas, on a linear one for custom bounds and the
 * zero bucket. If all observations are on one side of zero, the zero bucket ends at zero.
 */
public final class HistogramQuantiles {
  private HistogramQuantiles() {}

  /**
   * Mean of the bucket centres' squared distances from the mean, weighted with the counts; the
   * variance of the observations as well as it can be known.
   */
  public static double variance(FloatHistogram histogram) {
    double mean = histogram.sum() / histogram.count();
    var buckets = HistogramBuckets.of(histogram);
    double sum = 0;
    double lost = 0;
    for (int i = 0; i < buckets.size(); i++) {
      if (buckets.count(i) == 0) {
        continue;
      }
      double delta = centre(histogram, buckets.lower(i), buckets.upper(i)) - mean;
      double square = buckets.count(i) * delta * delta;
      lost = Kahan.lost(square, sum, lost);
      sum += square;
    }
    return (sum + lost) / histogram.count();
  }

  private static double centre(FloatHistogram histogram, double lower, double upper) {
    if (histogram.hasCustomBuckets()) {
      return (upper + lower) / 2;
    }
    if (lower <= 0 && upper >= 0) {
      return 0;
    }
    double centre = Math.sqrt(upper * lower);
    return upper < 0 ? -centre : centre;
  }

  /** The φ-quantile; NaN without observations, ±infinite for φ outside of 0 to 1. */
  public static double quantile(double quantile, FloatHistogram histogram) {
    if (quantile < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (quantile > 1) {
      return Double.POSITIVE_INFINITY;
    }
    if (histogram.count() == 0 || Double.isNaN(quantile)) {
      return Double.NaN;
    }
    // NaN observations are in no bucket, so counting must begin at the low end then.
    boolean forward = Double.isNaN(histogram.sum()) || quantile < 0.5;
    double rank = (forward ? quantile : 1 - quantile) * histogram.count();
    var buckets = HistogramBuckets.of(histogram);
    int at = -1;
    double count = 0;
    for (int i = 0; i < buckets.size(); i++) {
      int bucket = forward ? i : buckets.size() - 1 - i;
      at = bucket;
      if (buckets.count(bucket) == 0) {
        continue;
      }
      count += buckets.count(bucket);
      if (count >= rank) {
        break;
      }
    }
    if (at < 0) {
      return Double.isNaN(histogram.sum()) ? Double.NaN : 0;
    }
    return inBucket(histogram, buckets, at, new Rank(rank, count, forward));
  }

  private record Rank(double rank, double count, boolean forward) {}

  private static double inBucket(
      FloatHistogram histogram, HistogramBuckets buckets, int at, Rank where) {
    double lower = buckets.lower(at);
    double upper = buckets.upper(at);
    boolean custom = histogram.hasCustomBuckets();
    if (!custom && lower < 0 && upper > 0) {
      lower = onlyPositive(histogram) ? 0 : lower;
      upper = onlyNegative(histogram) ? 0 : upper;
    } else if (custom && lower == Double.NEGATIVE_INFINITY) {
      if (upper <= 0) {
        return upper;
      }
      lower = 0;
    } else if (custom && upper == Double.POSITIVE_INFINITY) {
      return lower;
    }
    double count = Math.min(where.count, histogram.count());
    if (count < where.rank) {
      return Double.isNaN(histogram.sum()) ? Double.NaN : upper;
    }
    double inside = where.forward ? where.rank - (count - buckets.count(at)) : count - where.rank;
    double fraction = inside / buckets.count(at);
    if (custom || (lower <= 0 && upper >= 0)) {
      return lower + (upper - lower) * fraction;
    }
    double logLower = Maths.log2(Math.abs(lower));
    double logUpper = Maths.log2(Math.abs(upper));
    return lower > 0
        ? Maths.exp2(logLower + (logUpper - logLower) * fraction)
        : -Maths.exp2(logUpper + (logLower - logUpper) * (1 - fraction));
  }

  /** The share of observations between two values; NaN without observations. */
  public static double fraction(double lower, double upper, FloatHistogram histogram) {
    if (histogram.count() == 0 || Double.isNaN(lower) || Double.isNaN(upper)) {
      return Double.NaN;
    }
    if (lower >= upper) {
      return 0;
    }
    var buckets = HistogramBuckets.of(histogram);
    // Observations that are NaN are in no bucket, hence below no value.
    double all = histogram.count();
    if (Double.isNaN(histogram.sum())) {
      all = 0;
      for (int i = 0; i < buckets.size(); i++) {
        all += buckets.count(i);
      }
    }
    double below = Math.min(rank(lower, histogram, buckets, all), all);
    double upTo = Math.min(rank(upper, histogram, buckets, all), all);
    return (upTo - below) / histogram.count();
  }

  /** Number of observations below a value. */
  private static double rank(
      double value, FloatHistogram histogram, HistogramBuckets buckets, double all) {
    double rank = 0;
    for (int i = 0; i < buckets.size(); i++) {
      double lower = buckets.lower(i);
      double upper = buckets.upper(i);
      boolean custom = histogram.hasCustomBuckets();
      boolean linear = custom;
      if (lower <= 0 && upper >= 0) {
        linear = true;
        if (!custom) {
          lower = onlyPositive(histogram) ? 0 : lower;
          upper = onlyNegative(histogram) ? 0 : upper;
        } else if (lower == Double.NEGATIVE_INFINITY && upper > 0) {
          lower = 0;
        }
      } else if (custom && lower == Double.NEGATIVE_INFINITY && upper > 0) {
        lower = 0;
      }
      if (lower >= value) {
        return rank;
      }
      if (upper > value) {
        double count = buckets.count(i);
        return rank
            + (linear
                ? linear(value, lower, upper, count)
                : count * exponential(value, lower, upper));
      }
      rank += buckets.count(i);
    }
    return all;
  }

  private static double linear(double value, double lower, double upper, double count) {
    if (Double.isInfinite(lower) || Double.isInfinite(upper)) {
      return Double.isInfinite(upper) ? 0 : count;
    }
    return count * (value - lower) / (upper - lower);
  }

  /** The share of an exponential bucket that is below a value in it. */
  static double exponential(double value, double lower, double upper) {
    double logLower = Maths.log2(Math.abs(lower));
    double logUpper = Maths.log2(Math.abs(upper));
    double logValue = Maths.log2(Math.abs(value));
    return value > 0
        ? (logValue - logLower) / (logUpper - logLower)
        : 1 - (logValue - logUpper) / (logLower - logUpper);
  }

  private static boolean onlyPositive(FloatHistogram histogram) {
    return histogram.negativeBuckets().length == 0 && histogram.positiveBuckets().length > 0;
  }

  private static boolean onlyNegative(FloatHistogram histogram) {
    return histogram.positiveBuckets().length == 0 && histogram.negativeBuckets().length > 0;
  }
}
