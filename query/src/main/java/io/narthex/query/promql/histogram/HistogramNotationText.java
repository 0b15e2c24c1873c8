package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.wire.DoubleText;
import java.util.Locale;

/**
 * Histograms in the notation of tests, {@code {{schema:1 count:4 sum:3 buckets:[1 3]}}}, as the
 * parser of series descriptions reads it. Empty buckets at the ends are left out, so equal
 * histograms have equal texts.
 */
public final class HistogramNotationText {
  private static final int MAX_WIDTH = 10_000;

  private HistogramNotationText() {}

  /** The notation of a histogram; the reset hint is part of it unless it is unknown. */
  public static String of(FloatHistogram given) {
    FloatHistogram histogram = HistogramMath.compact(given);
    var text = new StringBuilder();
    item(text, "schema", histogram.schema());
    item(text, "count", histogram.count());
    item(text, "sum", histogram.sum());
    item(text, "z_bucket", histogram.zeroCount());
    item(text, "z_bucket_w", histogram.zeroThreshold());
    if (histogram.hasCustomBuckets()) {
      list(text, "custom_values", histogram.customValues());
    }
    if (histogram.hint() != ResetHint.UNKNOWN) {
      text.append(" counter_reset_hint:").append(histogram.hint().name().toLowerCase(Locale.ROOT));
    }
    side(text, "", histogram.positiveSpans(), histogram.positiveBuckets());
    side(text, "n_", histogram.negativeSpans(), histogram.negativeBuckets());
    return text.isEmpty() ? "{{}}" : "{{" + text.substring(1) + "}}";
  }

  private static void side(StringBuilder text, String prefix, int[] spans, double[] counts) {
    Buckets buckets = Buckets.of(spans, counts);
    if (buckets.size() == 0) {
      return;
    }
    int first = buckets.index(0);
    long width = (long) buckets.index(buckets.size() - 1) - first + 1;
    if (width > MAX_WIDTH) { // no notation for it, but still a text of its own
      for (int i = 0; i < buckets.size(); i++) {
        item(text, prefix + "bucket_" + buckets.index(i), buckets.count(i));
      }
      return;
    }
    double[] dense = new double[(int) width];
    for (int i = 0; i < buckets.size(); i++) {
      dense[buckets.index(i) - first] = buckets.count(i);
    }
    item(text, prefix + "offset", first);
    list(text, prefix + "buckets", dense);
  }

  private static void item(StringBuilder text, String key, double value) {
    if (value != 0) {
      text.append(' ').append(key).append(':').append(DoubleText.of(value));
    }
  }

  private static void list(StringBuilder text, String key, double[] values) {
    text.append(' ').append(key).append(":[");
    for (int i = 0; i < values.length; i++) {
      text.append(i == 0 ? "" : " ").append(DoubleText.of(values[i]));
    }
    text.append(']');
  }
}
