package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.MetricMetadata.MetricType;

/**
 * What all points of a metric have in common.
 *
 * @param name as OpenTelemetry names it
 * @param unit as Prometheus names it
 * @param kind field of {@code Metric} that holds the points
 * @param temporality of the aggregation
 * @param family how its series are named, in UTF-8
 * @param sum the name with that suffix, as the next two
 */
record OtlpMetric(
    String name,
    MetricType type,
    String unit,
    int kind,
    int temporality,
    byte[] family,
    byte[] sum,
    byte[] count,
    byte[] bucket) {
  static final int GAUGE = 5;
  static final int SUM = 7;
  static final int HISTOGRAM = 9;
  static final int EXPONENTIAL = 10;
  static final int SUMMARY = 11;
  static final int DELTA = 1;
  static final int CUMULATIVE = 2;

  static OtlpMetric of(
      String name, String family, MetricType type, String unit, int kind, int temporality) {
    return new OtlpMetric(
        name,
        type,
        unit,
        kind,
        temporality,
        family.getBytes(UTF_8),
        (family + "_sum").getBytes(UTF_8),
        (family + "_count").getBytes(UTF_8),
        (family + "_bucket").getBytes(UTF_8));
  }

  /** Whether its kind has a temporality at all, and it is that of deltas. */
  boolean isDelta() {
    return temporality == DELTA && kind != GAUGE && kind != SUMMARY;
  }
}
