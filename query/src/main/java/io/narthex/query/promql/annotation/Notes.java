package io.narthex.query.promql.annotation;

import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.wire.DoubleText;

/** The texts of annotations, without prefix and place; as Prometheus has them. */
public final class Notes {
  /** What two histograms with different bounds were combined for. */
  public enum Operation {
    ADDITION("addition"),
    SUBTRACTION("subtraction"),
    AGGREGATION("aggregation");

    private final String text;

    Operation(String text) {
      this.text = text;
    }
  }

  public static final String MIXED_IN_AGGREGATION =
      "encountered a mix of histograms and floats for aggregation";
  public static final String SORT_IN_RANGE_QUERY =
      "sort is ineffective for range queries since results are always ordered by labels";

  private Notes() {}

  public static String invalidQuantile(double quantile) {
    return "quantile value should be between 0 and 1, got " + number(quantile);
  }

  public static String invalidRatio(double ratio, double cap) {
    return "ratio value should be between -1 and 1, got "
        + number(ratio)
        + ", capping to "
        + number(cap);
  }

  public static String badBucketLabel(String metric, String value) {
    return withMetric(
        "bucket label \"le\" is missing or has a malformed value of " + quoted(value), metric);
  }

  public static String mixedFloatsAndHistograms(String metric) {
    return "encountered a mix of histograms and floats for metric name " + quoted(metric);
  }

  public static String mixedClassicAndNative(String metric) {
    return withMetric("vector contains a mix of classic and native histograms", metric);
  }

  public static String notCounter(String metric) {
    return "this native histogram metric is not a counter: " + quoted(metric);
  }

  public static String notGauge(String metric) {
    return "this native histogram metric is not a gauge: " + quoted(metric);
  }

  public static String mixedSchemas(String metric) {
    return "vector contains a mix of histograms with exponential and custom buckets schemas for"
        + " metric name "
        + quoted(metric);
  }

  public static String incompatibleLayout(String operator) {
    return "incompatible bucket layout encountered for binary operator " + operator;
  }

  public static String possibleNonCounter(String metric) {
    return "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
        + quoted(metric);
  }

  public static String possibleNonCounterType(String metric, String type) {
    return "metric might not be a counter, __type__ label is not set to \"counter\" or"
        + " \"histogram\", got "
        + quoted(type)
        + ": "
        + quoted(metric);
  }

  public static String forcedMonotonicity(String metric) {
    return withMetric(
        "input to histogram_quantile needed to be fixed for monotonicity (see"
            + " https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)",
        metric);
  }

  public static String incompatibleTypes(String left, String operator, String right) {
    return "incompatible sample types encountered for binary operator "
        + quoted(operator)
        + ": "
        + left
        + " "
        + operator
        + " "
        + right;
  }

  public static String histogramIgnored(String aggregation) {
    return "ignored histogram in " + aggregation + " aggregation";
  }

  public static String histogramsIgnoredInMixedRange(String metric) {
    return "ignored histograms in a range containing both floats and histograms for metric name "
        + quoted(metric);
  }

  public static String quantileOfNan(String metric) {
    return withMetric("input to histogram_quantile has NaN observations, result is NaN", metric);
  }

  public static String quantileSkewed(String metric) {
    return withMetric(
        "input to histogram_quantile has NaN observations, result is skewed higher", metric);
  }

  public static String fractionWithNan(String metric) {
    return withMetric(
        "input to histogram_fraction has NaN observations, which are excluded from all fractions",
        metric);
  }

  public static String boundsReconciled(Operation operation) {
    return "mismatched custom buckets were reconciled during " + operation.text;
  }

  public static String conflictingResets(Operation operation) {
    return "conflicting counter resets during histogram " + operation.text;
  }

  public static String overlappingStart(String metric) {
    return "sample has start time that overlaps with previous sample timestamp for metric "
        + quoted(metric);
  }

  private static String withMetric(String text, String metric) {
    return metric.isEmpty() ? text : text + " for metric name " + quoted(metric);
  }

  private static String quoted(String text) {
    var out = new StringBuilder();
    Names.quote(out, text);
    return out.toString();
  }

  private static String number(double value) {
    return DoubleText.of(value);
  }
}
