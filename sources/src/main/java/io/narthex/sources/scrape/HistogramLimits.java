package io.narthex.sources.scrape;

import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.NativeHistograms;

/**
 * Lowers the resolution of native histograms until they keep a job's limits: about a least growth
 * from bucket to bucket, and a most number of buckets.
 */
final class HistogramLimits {
  private final int mostBuckets;
  private final int mostSchema;

  HistogramLimits(ScrapeConfig config) {
    this.mostBuckets = config.nativeHistogramBucketLimit();
    this.mostSchema = schemaOf(config.nativeHistogramMinBucketFactor());
  }

  /**
   * The histogram within the limits.
   *
   * @throws ScrapeException if it has too many buckets at any resolution
   */
  FloatHistogram apply(FloatHistogram histogram) {
    var h = histogram;
    if (h.hasCustomBuckets()) {
      if (mostBuckets > 0 && buckets(h) > mostBuckets) {
        throw exceeded();
      }
      return h;
    }
    if (h.schema() > mostSchema) {
      h = NativeHistograms.atResolution(h, mostSchema);
    }
    while (mostBuckets > 0 && buckets(h) > mostBuckets) {
      if (h.schema() <= NativeHistograms.MIN_SCHEMA) {
        throw exceeded();
      }
      h = NativeHistograms.atResolution(h, h.schema() - 1);
    }
    return h;
  }

  private static int buckets(FloatHistogram h) {
    return h.positiveBuckets().length + h.negativeBuckets().length;
  }

  private static ScrapeException exceeded() {
    return new ScrapeException("histogram bucket limit exceeded");
  }

  /** The coarsest schema whose buckets grow by no more than the factor: 2^(2^-schema) ≤ factor. */
  private static int schemaOf(double factor) {
    if (factor <= 1) {
      return NativeHistograms.MAX_SCHEMA;
    }
    double log = Math.log(Math.log(factor) / Math.log(2)) / Math.log(2);
    double schema = -Math.floor(log + 1e-12);
    return (int)
        Math.max(NativeHistograms.MIN_SCHEMA, Math.min(NativeHistograms.MAX_SCHEMA, schema));
  }
}
