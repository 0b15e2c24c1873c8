package io.narthex.query.http;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.histogram.BucketBounds;

/**
 * Writes native histograms as the API does: {@code {"count":"…","sum":"…","buckets":[[rule, lower,
 * upper, count]]}} in ascending order, without empty buckets. The rule tells which bounds belong to
 * the bucket: 0 the upper, 1 the lower, 2 none, 3 both.
 */
final class HistogramBuckets {
  private static final int UPPER_ONLY = 0;
  private static final int LOWER_ONLY = 1;
  private static final int BOTH = 3;

  private final FloatHistogram histogram;
  private final JsonOut out;
  private boolean any;

  private HistogramBuckets(FloatHistogram histogram, JsonOut out) {
    this.histogram = histogram;
    this.out = out;
  }

  static void write(FloatHistogram histogram, JsonOut out) {
    out.raw("{\"count\":").text(histogram.count()).raw(",\"sum\":").text(histogram.sum());
    new HistogramBuckets(histogram, out).buckets();
    out.raw('}');
  }

  private void buckets() {
    var h = histogram;
    negative(h.negativeSpans(), h.negativeBuckets());
    if (h.zeroCount() != 0) {
      bucket(BOTH, -h.zeroThreshold(), h.zeroThreshold(), h.zeroCount());
    }
    positive(h.positiveSpans(), h.positiveBuckets());
    if (any) {
      out.raw(']');
    }
  }

  private void positive(int[] spans, double[] counts) {
    int index = 0;
    int bucket = 0;
    for (int span = 0; span < spans.length; span += 2) {
      index += spans[span];
      for (int i = 0; i < spans[span + 1]; i++, index++, bucket++) {
        boolean fromInfinity = histogram.hasCustomBuckets() && index == 0;
        int rule = fromInfinity ? BOTH : UPPER_ONLY;
        bucket(rule, bound(index - 1), bound(index), counts[bucket]);
      }
    }
  }

  private void negative(int[] spans, double[] counts) {
    int index = 0;
    for (int span = 0; span < spans.length; span += 2) {
      index += spans[span] + spans[span + 1];
    }
    int bucket = counts.length;
    for (int span = spans.length - 2; span >= 0; span -= 2) {
      for (int i = 0; i < spans[span + 1]; i++) {
        index--;
        bucket--;
        bucket(LOWER_ONLY, -bound(index), -bound(index - 1), counts[bucket]);
      }
      index -= spans[span];
    }
  }

  private void bucket(int rule, double lower, double upper, double count) {
    if (count == 0) {
      return;
    }
    out.raw(any ? ",[" : ",\"buckets\":[[").number(rule).raw(',');
    any = true;
    out.text(lower).raw(',').text(upper).raw(',').text(count).raw(']');
  }

  private double bound(int index) {
    return histogram.hasCustomBuckets()
        ? BucketBounds.custom(index, histogram.customValues())
        : BucketBounds.exponential(index, histogram.schema());
  }
}
