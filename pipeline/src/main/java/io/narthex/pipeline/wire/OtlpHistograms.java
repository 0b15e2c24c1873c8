package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.NativeHistograms;
import org.jspecify.annotations.Nullable;

/** Makes native histograms out of the points of OpenTelemetry. */
final class OtlpHistograms {
  /** Width of the zero bucket where the sender names none. */
  private static final double ZERO_THRESHOLD = 1e-128;

  private static final int LEAST_SCALE = -4;
  private static final int[] NO_SPANS = new int[0];
  private static final double[] NO_BUCKETS = new double[0];

  private OtlpHistograms() {}

  /** One side of a histogram: a span and the counts in it. */
  private record Side(int[] spans, double[] buckets) {
    static final Side EMPTY = new Side(NO_SPANS, NO_BUCKETS);

    /**
     * Counts as buckets, without the empty ones at both ends.
     *
     * @param first index of the first count's bucket before it is merged
     * @param down 2^down buckets become one
     * @param shift what the index differs from Prometheus' by
     */
    static Side of(OtlpPoint.Counts counts, int first, int down, int shift) {
      int from = 0;
      int to = counts.size;
      while (from < to && counts.get(from) == 0) {
        from++;
      }
      while (to > from && counts.get(to - 1) == 0) {
        to--;
      }
      if (from == to) {
        return EMPTY;
      }
      long low = ((long) first + from) >> down;
      long high = ((long) first + to - 1) >> down;
      double[] buckets = new double[(int) (high - low + 1)];
      for (int i = from; i < to; i++) {
        buckets[(int) ((((long) first + i) >> down) - low)] += counts.get(i);
      }
      return new Side(new int[] {Math.toIntExact(low + shift), buckets.length}, buckets);
    }
  }

  /** What a point becomes, or why it cannot. */
  record Made(FloatHistogram histogram, @Nullable String fault) {
    static Made faulty(String fault) {
      return new Made(FloatHistogram.stale(), fault);
    }

    static Made of(FloatHistogram histogram) {
      String fault = NativeHistograms.fault(histogram);
      fault = fault == null ? NativeHistograms.countFault(histogram) : fault;
      return fault == null
          ? new Made(NativeHistograms.compact(histogram), null)
          : faulty("invalid histogram: " + fault);
    }
  }

  /**
   * An exponential histogram; where it is finer than native histograms go, buckets are merged.
   *
   * @param delta whether the point is of delta temporality
   */
  static Made exponential(OtlpPoint point, boolean delta) {
    if (point.stale) {
      return new Made(FloatHistogram.stale(), null);
    }
    if (point.scale < LEAST_SCALE) {
      return Made.faulty(
          "cannot convert exponential to native histogram. Scale must be >= -4, was "
              + point.scale);
    }
    int schema = Math.min(point.scale, NativeHistograms.MAX_SCHEMA);
    int down = Math.min(point.scale - schema, 62);
    Side positive;
    Side negative;
    try {
      positive = Side.of(point.counts, point.positiveOffset, down, 1);
      negative = Side.of(point.negativeCounts, point.negativeOffset, down, 1);
    } catch (ArithmeticException e) {
      return Made.faulty("invalid histogram: a bucket's index is out of range");
    }
    return Made.of(
        new FloatHistogram(
            delta ? ResetHint.GAUGE : ResetHint.UNKNOWN,
            schema,
            point.zeroThreshold > 0 ? point.zeroThreshold : ZERO_THRESHOLD,
            point.zeroCount,
            point.count,
            point.hasSum ? point.sum : 0,
            positive.spans,
            positive.buckets,
            negative.spans,
            negative.buckets,
            NO_BUCKETS));
  }

  /** A histogram of explicit bounds as one of custom buckets. */
  static Made custom(OtlpPoint point, boolean delta) {
    if (point.stale) {
      return new Made(FloatHistogram.stale(), null);
    }
    var side = Side.of(point.counts, 0, 0, 0);
    return Made.of(
        new FloatHistogram(
            delta ? ResetHint.GAUGE : ResetHint.UNKNOWN,
            FloatHistogram.CUSTOM_BUCKETS,
            0,
            0,
            point.count,
            point.hasSum ? point.sum : 0,
            side.spans,
            side.buckets,
            NO_SPANS,
            NO_BUCKETS,
            point.bounds.copy()));
  }
}
