package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import java.util.Arrays;

/** Arithmetic on single histograms. */
public final class HistogramMath {
  private HistogramMath() {}

  /** All counts and the sum multiplied; a negative factor makes it a gauge. */
  public static FloatHistogram multiply(FloatHistogram histogram, double factor) {
    double[] positive = histogram.positiveBuckets().clone();
    double[] negative = histogram.negativeBuckets().clone();
    for (int i = 0; i < positive.length; i++) {
      positive[i] *= factor;
    }
    for (int i = 0; i < negative.length; i++) {
      negative[i] *= factor;
    }
    ResetHint hint = factor < 0 ? ResetHint.GAUGE : histogram.hint();
    return new FloatHistogram(
        hint,
        histogram.schema(),
        histogram.zeroThreshold(),
        histogram.zeroCount() * factor,
        histogram.count() * factor,
        histogram.sum() * factor,
        histogram.positiveSpans(),
        positive,
        histogram.negativeSpans(),
        negative,
        histogram.customValues());
  }

  /**
   * All counts and the sum divided. Division by zero leaves no buckets: their counts would be
   * infinite or unknown.
   */
  public static FloatHistogram divide(FloatHistogram histogram, double divisor) {
    boolean buckets = divisor != 0;
    double[] positive = buckets ? histogram.positiveBuckets().clone() : new double[0];
    double[] negative = buckets ? histogram.negativeBuckets().clone() : new double[0];
    for (int i = 0; i < positive.length; i++) {
      positive[i] /= divisor;
    }
    for (int i = 0; i < negative.length; i++) {
      negative[i] /= divisor;
    }
    ResetHint hint = divisor < 0 ? ResetHint.GAUGE : histogram.hint();
    return new FloatHistogram(
        hint,
        histogram.schema(),
        histogram.zeroThreshold(),
        histogram.zeroCount() / divisor,
        histogram.count() / divisor,
        histogram.sum() / divisor,
        buckets ? histogram.positiveSpans() : new int[0],
        positive,
        buckets ? histogram.negativeSpans() : new int[0],
        negative,
        histogram.customValues());
  }

  /** The same without empty buckets. */
  public static FloatHistogram compact(FloatHistogram histogram) {
    return new HistogramSum(histogram, false).result(true);
  }

  public static FloatHistogram withHint(FloatHistogram histogram, ResetHint hint) {
    return histogram.hint() == hint
        ? histogram
        : new FloatHistogram(
            hint,
            histogram.schema(),
            histogram.zeroThreshold(),
            histogram.zeroCount(),
            histogram.count(),
            histogram.sum(),
            histogram.positiveSpans(),
            histogram.positiveBuckets(),
            histogram.negativeSpans(),
            histogram.negativeBuckets(),
            histogram.customValues());
  }

  /**
   * Whether two histograms have the same layout and the same numbers; what is known of counter
   * resets does not matter.
   */
  public static boolean equal(FloatHistogram a, FloatHistogram b) {
    return a.schema() == b.schema()
        && a.zeroThreshold() == b.zeroThreshold()
        && same(a.zeroCount(), b.zeroCount())
        && same(a.count(), b.count())
        && same(a.sum(), b.sum())
        && Arrays.equals(a.customValues(), b.customValues())
        && Arrays.equals(merged(a.positiveSpans()), merged(b.positiveSpans()))
        && Arrays.equals(merged(a.negativeSpans()), merged(b.negativeSpans()))
        && Arrays.equals(a.positiveBuckets(), b.positiveBuckets())
        && Arrays.equals(a.negativeBuckets(), b.negativeBuckets());
  }

  private static boolean same(double a, double b) {
    return Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b) || a == b;
  }

  /** Spans without those of length zero and with adjacent ones joined. */
  private static int[] merged(int[] spans) {
    int[] merged = new int[spans.length];
    int length = 0;
    int gap = 0;
    for (int i = 0; i < spans.length; i += 2) {
      gap += spans[i];
      if (spans[i + 1] == 0) {
        continue;
      }
      if (length > 0 && gap == 0) {
        merged[length - 1] += spans[i + 1];
      } else {
        merged[length] = gap;
        merged[length + 1] = spans[i + 1];
        length += 2;
      }
      gap = 0;
    }
    return Arrays.copyOf(merged, length);
  }
}
