package io.narthex.pipeline.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A native histogram with float counts, sparse by spans. Immutable by convention: the arrays belong
 * to it and are not to be changed. Bucket values are absolute (not deltas).
 *
 * @param hint what is known about a counter reset before this sample
 * @param schema −4…8: bucket i ends at 2^(i·2^−schema); {@link #CUSTOM_BUCKETS}: {@code
 *     customValues} are the upper bounds
 * @param zeroThreshold half-width of the zero bucket
 * @param zeroCount observations in the zero bucket
 * @param count all observations, NaN ones included
 * @param sum of all observations; {@link StaleMarker#VALUE} ends the series
 * @param positiveSpans pairs offset, length: the first offset is the index of the first bucket,
 *     later ones are gaps
 * @param positiveBuckets one value for each bucket the spans name
 * @param negativeSpans as positive
 * @param negativeBuckets as positive
 * @param customValues upper bounds of custom buckets, ascending; empty for exponential schemas
 */
public record FloatHistogram(
    ResetHint hint,
    int schema,
    double zeroThreshold,
    double zeroCount,
    double count,
    double sum,
    int[] positiveSpans,
    double[] positiveBuckets,
    int[] negativeSpans,
    double[] negativeBuckets,
    double[] customValues) {

  /** Schema of histograms with custom bucket bounds. */
  public static final int CUSTOM_BUCKETS = -53;

  /** Whether a counter reset lies between the previous sample and this one. */
  public enum ResetHint {
    UNKNOWN,
    RESET,
    NOT_RESET,
    /** A gauge histogram: its counts may fall without a reset. */
    GAUGE
  }

  /** A histogram that ends its series. */
  public static FloatHistogram stale() {
    return new FloatHistogram(
        ResetHint.UNKNOWN,
        0,
        0,
        0,
        0,
        StaleMarker.VALUE,
        new int[0],
        new double[0],
        new int[0],
        new double[0],
        new double[0]);
  }

  public boolean isStale() {
    return StaleMarker.is(sum);
  }

  public boolean hasCustomBuckets() {
    return schema == CUSTOM_BUCKETS;
  }

  /** Equality of all bits, stale markers and NaN payloads included. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof FloatHistogram h
        && hint == h.hint
        && schema == h.schema
        && sameBits(zeroThreshold, h.zeroThreshold)
        && sameBits(zeroCount, h.zeroCount)
        && sameBits(count, h.count)
        && sameBits(sum, h.sum)
        && Arrays.equals(positiveSpans, h.positiveSpans)
        && sameBits(positiveBuckets, h.positiveBuckets)
        && Arrays.equals(negativeSpans, h.negativeSpans)
        && sameBits(negativeBuckets, h.negativeBuckets)
        && sameBits(customValues, h.customValues);
  }

  @Override
  public int hashCode() {
    return 31 * Double.hashCode(count) + Arrays.hashCode(positiveBuckets);
  }

  /** Bytes that it holds, estimated; custom bounds, which histograms share, do not count. */
  public int sizeInBytes() {
    return 160
        + 4 * (positiveSpans.length + negativeSpans.length)
        + 8 * (positiveBuckets.length + negativeBuckets.length);
  }

  private static boolean sameBits(double a, double b) {
    return Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b);
  }

  private static boolean sameBits(double[] a, double[] b) {
    if (a.length != b.length) {
      return false;
    }
    for (int i = 0; i < a.length; i++) {
      if (!sameBits(a[i], b[i])) {
        return false;
      }
    }
    return true;
  }
}
