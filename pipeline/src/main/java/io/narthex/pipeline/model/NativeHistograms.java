package io.narthex.pipeline.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What every native histogram must satisfy, and how its resolution is lowered. Source: the
 * Prometheus native histograms specification.
 */
public final class NativeHistograms {
  public static final int MIN_SCHEMA = -4;
  public static final int MAX_SCHEMA = 8;

  /** Schemas above {@link #MAX_SCHEMA} up to this one are known, and lowered on ingestion. */
  public static final int MAX_RESERVED_SCHEMA = 52;

  private static final int MIN_RESERVED_SCHEMA = -9;

  private NativeHistograms() {}

  /** Whether the schema is one that the specification gives a meaning. */
  public static boolean isKnownSchema(int schema) {
    return schema == FloatHistogram.CUSTOM_BUCKETS
        || (schema >= MIN_RESERVED_SCHEMA && schema <= MAX_RESERVED_SCHEMA);
  }

  /** What is wrong with the histogram; null if nothing is. */
  public static @Nullable String fault(FloatHistogram h) {
    String fault = h.hasCustomBuckets() ? customFault(h) : exponentialFault(h);
    if (fault == null) {
      fault = spanFault("positive", h.positiveSpans(), h.positiveBuckets().length);
    }
    if (fault == null) {
      fault = spanFault("negative", h.negativeSpans(), h.negativeBuckets().length);
    }
    if (fault == null) {
      fault = bucketFault("positive", h.positiveBuckets());
    }
    if (fault == null) {
      fault = bucketFault("negative", h.negativeBuckets());
    }
    if (fault == null && h.count() < 0) {
      fault = "observation count of " + h.count() + " is negative";
    }
    if (fault == null && h.zeroCount() < 0) {
      fault = "zero bucket has a negative observation count of " + h.zeroCount();
    }
    return fault;
  }

  /**
   * What is wrong with the count of a histogram that came with integer counts; null if nothing is.
   * NaN observations are counted but lie in no bucket.
   */
  public static @Nullable String countFault(FloatHistogram h) {
    double inBuckets = h.zeroCount();
    for (double bucket : h.positiveBuckets()) {
      inBuckets += bucket;
    }
    for (double bucket : h.negativeBuckets()) {
      inBuckets += bucket;
    }
    boolean wrong = Double.isNaN(h.sum()) ? inBuckets > h.count() : inBuckets != h.count();
    return wrong
        ? inBuckets + " observations found in buckets, but the Count field is " + h.count()
        : null;
  }

  /**
   * The histogram at a lower resolution: neighbouring buckets are added. A schema that is not
   * higher than the one wanted, or a custom one, is left as it is.
   *
   * @param schema wanted, lower than that of {@code h}
   */
  public static FloatHistogram atResolution(FloatHistogram h, int schema) {
    if (h.hasCustomBuckets() || h.schema() <= schema) {
      return h;
    }
    return merged(h, schema, h.schema() - schema, false);
  }

  private static FloatHistogram merged(FloatHistogram h, int schema, int shift, boolean dropEmpty) {
    var positive = new Merge(h.positiveSpans(), h.positiveBuckets(), shift, dropEmpty);
    var negative = new Merge(h.negativeSpans(), h.negativeBuckets(), shift, dropEmpty);
    return new FloatHistogram(
        h.hint(),
        schema,
        h.zeroThreshold(),
        h.zeroCount(),
        h.count(),
        h.sum(),
        positive.spans(),
        positive.buckets(),
        negative.spans(),
        negative.buckets(),
        h.customValues());
  }

  /**
   * As {@link #fault}, but schemas finer than those that are stored are no fault: {@link
   * #atResolution} makes them coarser.
   */
  public static @Nullable String faultAtAnyResolution(FloatHistogram h) {
    if (!isKnownSchema(h.schema())) {
      return "unknown schema " + h.schema();
    }
    if (h.hasCustomBuckets() || h.schema() <= MAX_SCHEMA) {
      return fault(h);
    }
    String fault = spanFault("positive", h.positiveSpans(), h.positiveBuckets().length);
    if (fault == null) {
      fault = spanFault("negative", h.negativeSpans(), h.negativeBuckets().length);
    }
    return fault == null ? fault(atResolution(h, MAX_SCHEMA)) : fault;
  }

  /** The histogram without its empty buckets and with as few spans as can be. */
  public static FloatHistogram compact(FloatHistogram h) {
    return merged(h, h.schema(), 0, true);
  }

  private static @Nullable String exponentialFault(FloatHistogram h) {
    if (h.schema() < MIN_SCHEMA || h.schema() > MAX_SCHEMA) {
      return "schema " + h.schema() + " is not between -4 and 8, nor -53";
    }
    if (h.customValues().length > 0) {
      return "histogram with exponential schema must not have custom bounds";
    }
    return null;
  }

  private static @Nullable String customFault(FloatHistogram h) {
    if (h.zeroCount() != 0 || h.zeroThreshold() != 0) {
      return "custom buckets: must have zero count and zero threshold of 0";
    }
    if (h.negativeSpans().length > 0 || h.negativeBuckets().length > 0) {
      return "custom buckets: must not have negative buckets";
    }
    double[] bounds = h.customValues();
    double previous = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < bounds.length; i++) {
      if (Double.isNaN(bounds[i]) || (i > 0 && bounds[i] <= previous)) {
        return "custom bounds must be increasing: " + previous + " is followed by " + bounds[i];
      }
      previous = bounds[i];
    }
    if (previous == Double.POSITIVE_INFINITY) {
      return "last custom bound must not be +Inf";
    }
    long last = 0;
    for (int i = 0; i + 1 < h.positiveSpans().length; i += 2) {
      last += (long) h.positiveSpans()[i] + (h.positiveSpans()[i + 1] & 0xFFFFFFFFL);
    }
    if (last > bounds.length + 1L || (h.positiveSpans().length > 0 && h.positiveSpans()[0] < 0)) {
      return "custom buckets: only " + bounds.length + " bounds, which is too few for the spans";
    }
    return null;
  }

  private static @Nullable String spanFault(String side, int[] spans, int buckets) {
    long need = 0;
    for (int i = 0; i + 1 < spans.length; i += 2) {
      if (i > 0 && spans[i] < 0) {
        return side + " span number " + (i / 2 + 1) + " with offset " + spans[i] + " is negative";
      }
      need += spans[i + 1] & 0xFFFFFFFFL;
    }
    return need == buckets
        ? null
        : side + " side: spans need " + need + " buckets, have " + buckets + " buckets";
  }

  private static @Nullable String bucketFault(String side, double[] buckets) {
    for (int i = 0; i < buckets.length; i++) {
      if (buckets[i] < 0) {
        return side
            + " side: bucket number "
            + (i + 1)
            + " has a negative observation count of "
            + buckets[i];
      }
    }
    return null;
  }

  /**
   * Adds up buckets whose indexes become one: index i covers (base^(i−1), base^i], so at a base
   * raised to 2^shift it falls into ⌈i / 2^shift⌉.
   */
  private static final class Merge {
    private int[] spans = new int[8];
    private int spansEnd;
    private final double[] buckets;
    private int bucketsEnd;

    Merge(int[] fromSpans, double[] fromBuckets, int shift, boolean dropEmpty) {
      buckets = new double[fromBuckets.length];
      long index = 0;
      long previous = 0;
      int bucket = 0;
      for (int i = 0; i + 1 < fromSpans.length; i += 2) {
        index += fromSpans[i];
        for (int left = fromSpans[i + 1]; left > 0; left--, index++, bucket++) {
          if (dropEmpty && fromBuckets[bucket] == 0) {
            continue;
          }
          long merged = ((index - 1) >> Math.min(shift, 62)) + 1;
          if (bucketsEnd > 0 && merged == previous) {
            buckets[bucketsEnd - 1] += fromBuckets[bucket];
            continue;
          }
          place(merged, previous);
          buckets[bucketsEnd++] = fromBuckets[bucket];
          previous = merged;
        }
      }
    }

    private void place(long merged, long previous) {
      if (bucketsEnd > 0 && merged == previous + 1) {
        spans[spansEnd - 1]++;
        return;
      }
      if (spansEnd + 2 > spans.length) {
        spans = Arrays.copyOf(spans, 2 * spans.length);
      }
      spans[spansEnd++] = (int) (bucketsEnd == 0 ? merged : merged - previous - 1);
      spans[spansEnd++] = 1;
    }

    int[] spans() {
      return Arrays.copyOf(spans, spansEnd);
    }

    double[] buckets() {
      return bucketsEnd == buckets.length ? buckets : Arrays.copyOf(buckets, bucketsEnd);
    }
  }
}
