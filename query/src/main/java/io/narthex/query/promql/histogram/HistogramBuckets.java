package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;
import java.util.Arrays;

/**
 * All buckets of a histogram in ascending order with their bounds: negative ones, the zero bucket
 * if it is populated, positive ones. Bounds do not reach into the zero bucket.
 */
public final class HistogramBuckets {
  private double[] lower;
  private double[] upper;
  private double[] count;
  private int size;
  private final double[] bounds;
  private final int schema;

  private HistogramBuckets(FloatHistogram histogram) {
    int most = histogram.positiveBuckets().length + histogram.negativeBuckets().length + 1;
    lower = new double[most];
    upper = new double[most];
    count = new double[most];
    bounds = histogram.customValues();
    schema = histogram.schema();
  }

  public static HistogramBuckets of(FloatHistogram histogram) {
    var all = new HistogramBuckets(histogram);
    double zero = histogram.zeroThreshold();
    Buckets negative = Buckets.of(histogram.negativeSpans(), histogram.negativeBuckets());
    for (int i = negative.size() - 1; i >= 0; i--) {
      double low = -all.bound(negative.index(i));
      double high = -all.bound(negative.index(i) - 1);
      all.add(low, Math.min(high, -zero), negative.count(i));
    }
    if (histogram.zeroCount() > 0) {
      all.add(-zero, zero, histogram.zeroCount());
    }
    Buckets positive = Buckets.of(histogram.positiveSpans(), histogram.positiveBuckets());
    for (int i = 0; i < positive.size(); i++) {
      double low = all.bound(positive.index(i) - 1);
      double high = all.bound(positive.index(i));
      boolean overlaps = !histogram.hasCustomBuckets() && low < zero;
      all.add(overlaps ? zero : low, high, positive.count(i));
    }
    return all;
  }

  public int size() {
    return size;
  }

  public double lower(int bucket) {
    return lower[bucket];
  }

  public double upper(int bucket) {
    return upper[bucket];
  }

  public double count(int bucket) {
    return count[bucket];
  }

  private double bound(int index) {
    return schema == FloatHistogram.CUSTOM_BUCKETS
        ? BucketBounds.custom(index, bounds)
        : BucketBounds.exponential(index, schema);
  }

  private void add(double low, double high, double population) {
    if (size == lower.length) {
      lower = Arrays.copyOf(lower, 2 * size);
      upper = Arrays.copyOf(upper, 2 * size);
      count = Arrays.copyOf(count, 2 * size);
    }
    lower[size] = low;
    upper[size] = high;
    count[size] = population;
    size++;
  }
}
