package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;

/**
 * Cuts native histograms at a value. A bucket that holds the value is divided by interpolation; the
 * sum is estimated from what is taken away. Whether it is a counter or a gauge stays.
 */
public final class HistogramTrim {
  private final boolean keepsBelow;
  private final double cut;
  private final boolean custom;
  private double kept;
  private double removedSum;
  private boolean hasPositive;
  private boolean hasNegative;
  private double midpoint;

  private HistogramTrim(FloatHistogram histogram, double cut, boolean keepsBelow) {
    this.cut = cut;
    this.keepsBelow = keepsBelow;
    custom = histogram.hasCustomBuckets();
  }

  /** What is below a value. */
  public static FloatHistogram below(FloatHistogram histogram, double cut) {
    return new HistogramTrim(histogram, cut, true).trim(histogram);
  }

  /** What is above a value. */
  public static FloatHistogram above(FloatHistogram histogram, double cut) {
    return new HistogramTrim(histogram, cut, false).trim(histogram);
  }

  private FloatHistogram trim(FloatHistogram histogram) {
    double[] positive = side(histogram, true);
    double[] negative = side(histogram, false);
    double zero = histogram.zeroCount();
    if (zero > 0) {
      double threshold = histogram.zeroThreshold();
      double under = under(-threshold, threshold, zero, true);
      zero = keepsBelow ? under : zero - under;
      kept += zero;
    }
    double sum = 0;
    if (kept != 0) {
      sum = histogram.sum() - removedSum;
      if ((!hasNegative && sum < 0) || (!hasPositive && sum > 0)) {
        sum = 0;
      }
    }
    return HistogramMath.compact(
        new FloatHistogram(
            histogram.hint(),
            histogram.schema(),
            histogram.zeroThreshold(),
            zero,
            kept,
            sum,
            histogram.positiveSpans(),
            positive,
            histogram.negativeSpans(),
            negative,
            histogram.customValues()));
  }

  private double[] side(FloatHistogram histogram, boolean isPositive) {
    double[] counts =
        (isPositive ? histogram.positiveBuckets() : histogram.negativeBuckets()).clone();
    Buckets buckets =
        Buckets.of(isPositive ? histogram.positiveSpans() : histogram.negativeSpans(), counts);
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0) {
        continue;
      }
      double near = bound(histogram, buckets.index(i) - 1);
      double far = bound(histogram, buckets.index(i));
      double lower = isPositive ? near : -far;
      double upper = isPositive ? far : -near;
      see(lower, upper, isPositive);
      counts[i] = bucket(lower, upper, counts[i], isPositive);
    }
    return counts;
  }

  private void see(double lower, double upper, boolean isPositive) {
    if (!custom) {
      hasPositive |= isPositive;
      hasNegative |= !isPositive;
    } else if (upper <= 0) {
      hasNegative = true;
    } else {
      hasNegative |= lower < 0;
      hasPositive = true;
    }
  }

  /** What stays of a bucket. */
  private double bucket(double lower, double upper, double count, boolean isPositive) {
    boolean whole = keepsBelow ? upper <= cut : lower >= cut;
    boolean some = keepsBelow ? lower < cut : upper > cut;
    double keep = split(lower, upper, count, isPositive);
    if (whole) {
      kept += count;
      return count;
    }
    if (some) {
      removedSum += (count - keep) * midpoint;
      kept += keep;
      return keep;
    }
    if (!custom) {
      midpoint = isPositive ? Math.sqrt(lower * upper) : -Math.sqrt(lower * upper);
    }
    removedSum += count * midpoint;
    return 0;
  }

  private double split(double lower, double upper, double count, boolean isPositive) {
    if (lower == Double.NEGATIVE_INFINITY) {
      return openBelow(upper, count);
    }
    if (upper == Double.POSITIVE_INFINITY) {
      midpoint = lower;
      return !keepsBelow && cut <= lower ? count : 0;
    }
    double under = under(lower, upper, count, custom);
    double product = Math.abs(keepsBelow ? lower : upper) * Math.abs(cut);
    if (custom) {
      midpoint = (lower + upper) / 2;
    } else {
      midpoint = isPositive ? Math.sqrt(product) : -Math.sqrt(product);
    }
    return keepsBelow ? under : count - under;
  }

  /** The first bucket with custom bounds: taken to begin at zero if it ends above. */
  private double openBelow(double upper, double count) {
    if (keepsBelow && cut >= upper) {
      midpoint = 0;
      return count;
    }
    if (cut >= 0 && upper > cut && upper != Double.POSITIVE_INFINITY) {
      midpoint = keepsBelow ? (cut + upper) / 2 : cut / 2;
      return keepsBelow ? count * cut / upper : count * (1 - cut / upper);
    }
    midpoint = upper;
    return 0;
  }

  private double under(double lower, double upper, double count, boolean linear) {
    if (cut <= lower) {
      return 0;
    }
    if (cut >= upper) {
      return count;
    }
    if (linear) {
      return count * ((cut - lower) / (upper - lower));
    }
    return count * HistogramQuantiles.exponential(cut, lower, upper);
  }

  private static double bound(FloatHistogram histogram, int index) {
    return histogram.hasCustomBuckets()
        ? BucketBounds.custom(index, histogram.customValues())
        : BucketBounds.exponential(index, histogram.schema());
  }
}
