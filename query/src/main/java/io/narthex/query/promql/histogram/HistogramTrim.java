package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;

/**
 * Cuts native histograms at a value. A bucket that holds the value is divided by interpolation; the
 * sum is estimated anew from the middles of what is left. Whether it is a counter or a gauge stays.
 * A histogram that loses nothing stays what it is.
 *
 * <p>A first bucket with a custom bound above zero is taken to begin at zero. Where observations
 * may be infinitely far away, they are taken to be at the nearest value they can have.
 */
public final class HistogramTrim {
  private final FloatHistogram histogram;
  private final boolean keepsBelow;
  private final double cut;
  private double kept;
  private double sum;
  private boolean changed;

  private HistogramTrim(FloatHistogram histogram, double cut, boolean keepsBelow) {
    this.histogram = histogram;
    this.cut = cut;
    this.keepsBelow = keepsBelow;
  }

  /** What is below a value. */
  public static FloatHistogram below(FloatHistogram histogram, double cut) {
    return new HistogramTrim(histogram, cut, true).trim();
  }

  /** What is above a value. */
  public static FloatHistogram above(FloatHistogram histogram, double cut) {
    return new HistogramTrim(histogram, cut, false).trim();
  }

  private FloatHistogram trim() {
    double[] negative = side(false);
    double zero = zeroBucket();
    double[] positive = side(true);
    if (!changed) {
      return HistogramMath.compact(histogram);
    }
    return HistogramMath.compact(
        new FloatHistogram(
            histogram.hint(),
            histogram.schema(),
            histogram.zeroThreshold(),
            zero,
            kept,
            kept == 0 ? 0 : sum,
            histogram.positiveSpans(),
            positive,
            histogram.negativeSpans(),
            negative,
            histogram.customValues()));
  }

  private double[] side(boolean positive) {
    double[] counts =
        (positive ? histogram.positiveBuckets() : histogram.negativeBuckets()).clone();
    int[] spans = positive ? histogram.positiveSpans() : histogram.negativeSpans();
    Buckets buckets = Buckets.of(spans, counts);
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] == 0) {
        continue;
      }
      double near = bound(buckets.index(i) - 1);
      double far = bound(buckets.index(i));
      counts[i] = positive ? bucket(near, far, counts[i]) : bucket(-far, -near, counts[i]);
    }
    return counts;
  }

  private double zeroBucket() {
    double count = histogram.zeroCount();
    if (count == 0) {
      return 0;
    }
    boolean above = populated(histogram.positiveBuckets());
    boolean below = populated(histogram.negativeBuckets());
    double lower = above && !below ? 0 : -histogram.zeroThreshold();
    double upper = below && !above ? 0 : histogram.zeroThreshold();
    return part(lower, upper, count, true);
  }

  private static boolean populated(double[] counts) {
    for (double count : counts) {
      if (count != 0) {
        return true;
      }
    }
    return false;
  }

  private double bucket(double lower, double upper, double count) {
    if (lower == Double.NEGATIVE_INFINITY) {
      return openBelow(upper, count);
    }
    if (upper == Double.POSITIVE_INFINITY) {
      return openAbove(lower, count);
    }
    return part(lower, upper, count, histogram.hasCustomBuckets());
  }

  /** A bucket with two finite bounds. */
  private double part(double lower, double upper, double count, boolean linear) {
    double from = keepsBelow ? lower : Math.max(lower, cut);
    double to = keepsBelow ? Math.min(upper, cut) : upper;
    if (from >= to) {
      return keep(count, 0, 0);
    }
    double left = count;
    if (cut > lower && cut < upper) {
      double under =
          linear
              ? (cut - lower) / (upper - lower)
              : HistogramQuantiles.exponential(cut, lower, upper);
      left = keepsBelow ? count * under : count - count * under;
    }
    double middle = linear ? (from + to) / 2 : Math.copySign(Math.sqrt(from * to), from);
    return keep(count, left, middle);
  }

  private double openBelow(double upper, double count) {
    boolean unbounded = upper == Double.POSITIVE_INFINITY;
    if (keepsBelow ? cut == Double.POSITIVE_INFINITY : cut == Double.NEGATIVE_INFINITY) {
      return keep(count, count, unbounded ? 0 : upper > 0 ? upper / 2 : upper);
    }
    if (unbounded || (!keepsBelow && cut < 0)) {
      return keep(count, 0, 0);
    }
    if (upper > 0) {
      return part(0, upper, count, true);
    }
    return keepsBelow && cut != Double.NEGATIVE_INFINITY
        ? keep(count, count, Math.min(upper, cut))
        : keep(count, 0, 0);
  }

  private double openAbove(double lower, double count) {
    boolean none = keepsBelow ? cut != Double.POSITIVE_INFINITY : cut == Double.POSITIVE_INFINITY;
    return none ? keep(count, 0, 0) : keep(count, count, keepsBelow ? lower : Math.max(lower, cut));
  }

  private double keep(double count, double left, double middle) {
    changed |= left != count;
    kept += left;
    sum += left == 0 ? 0 : left * middle;
    return left;
  }

  private double bound(int index) {
    return histogram.hasCustomBuckets()
        ? BucketBounds.custom(index, histogram.customValues())
        : BucketBounds.exponential(index, histogram.schema());
  }
}
