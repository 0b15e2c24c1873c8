package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.wire.DoubleText;

/** Histograms as text. */
public final class HistogramText {
  private HistogramText() {}

  /**
   * As Prometheus prints them in templates and {@code count_values}: count, sum, then populated
   * buckets in ascending order as {@code (lower,upper]:count}.
   */
  public static String of(FloatHistogram histogram) {
    var text = new StringBuilder("{count:").append(number(histogram.count()));
    text.append(", sum:").append(number(histogram.sum()));
    Buckets negative = Buckets.of(histogram.negativeSpans(), histogram.negativeBuckets());
    for (int i = negative.size() - 1; i >= 0; i--) {
      if (negative.count(i) != 0) {
        double lower = -BucketBounds.exponential(negative.index(i), histogram.schema());
        double upper = -BucketBounds.exponential(negative.index(i) - 1, histogram.schema());
        bucket(text.append(", ["), lower, upper, ")", negative.count(i));
      }
    }
    if (histogram.zeroCount() != 0) {
      double zero = histogram.zeroThreshold();
      bucket(text.append(", ["), -zero, zero, "]", histogram.zeroCount());
    }
    Buckets positive = Buckets.of(histogram.positiveSpans(), histogram.positiveBuckets());
    for (int i = 0; i < positive.size(); i++) {
      if (positive.count(i) != 0) {
        double lower = bound(histogram, positive.index(i) - 1);
        double upper = bound(histogram, positive.index(i));
        text.append(", ").append(lower == Double.NEGATIVE_INFINITY ? '[' : '(');
        bucket(text, lower, upper, "]", positive.count(i));
      }
    }
    return text.append('}').toString();
  }

  private static double bound(FloatHistogram histogram, int index) {
    return histogram.hasCustomBuckets()
        ? BucketBounds.custom(index, histogram.customValues())
        : BucketBounds.exponential(index, histogram.schema());
  }

  private static void bucket(
      StringBuilder text, double lower, double upper, String end, double count) {
    text.append(number(lower)).append(',').append(number(upper)).append(end);
    text.append(':').append(number(count));
  }

  private static String number(double value) {
    return DoubleText.of(value);
  }
}
