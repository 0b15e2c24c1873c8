package io.narthex.query.http;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.narthex.pipeline.model.BoundedRegex;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The server's own metrics in the JSON form of the Protobuf exposition format: 64-bit integers and
 * numbers that JSON lacks are strings.
 */
final class SelfMetricsEndpoint {
  private final PrometheusRegistry registry;

  SelfMetricsEndpoint(ApiServices services) {
    registry = services.registry();
  }

  List<Route> routes() {
    return List.of(Route.get("/api/v1/status/self_metrics", this::metrics));
  }

  private Reply metrics(Call call) {
    var wanted = pattern(call.parameters().get("metric_name_pattern"));
    var families = new ArrayList<Map<String, Object>>();
    for (var family : registry.scrape()) {
      if (wanted.matches(SelfMetricsMessages.nameOf(family))) {
        families.add(family(family));
      }
    }
    return Reply.data(JsonBody.array(families, JsonOut::value));
  }

  private static Pattern pattern(String text) {
    try {
      return BoundedRegex.whole(text.isEmpty() ? ".*" : text);
    } catch (PatternSyntaxException e) {
      throw Parameters.invalid("metric_name_pattern", String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, Object> family(MetricSnapshot family) {
    var metrics = new ArrayList<Map<String, Object>>();
    for (var point : family.getDataPoints()) {
      var metric = new LinkedHashMap<String, Object>();
      var labels = new ArrayList<Map<String, Object>>();
      for (var label : point.getLabels()) {
        labels.add(Map.of("name", label.getName(), "value", label.getValue()));
      }
      metric.put("label", labels);
      addValue(point, metric);
      metrics.add(metric);
    }
    var data = new LinkedHashMap<String, Object>();
    data.put("name", SelfMetricsMessages.nameOf(family));
    data.put("help", family.getMetadata().getHelp() == null ? "" : family.getMetadata().getHelp());
    data.put("type", SelfMetricsMessages.kindOf(family).name());
    data.put("metric", metrics);
    return data;
  }

  private static void addValue(DataPointSnapshot point, Map<String, Object> metric) {
    if (point instanceof CounterDataPointSnapshot counter) {
      metric.put("counter", Map.of("value", number(counter.getValue())));
    } else if (point instanceof GaugeDataPointSnapshot gauge) {
      metric.put("gauge", Map.of("value", number(gauge.getValue())));
    } else if (point instanceof UnknownDataPointSnapshot unknown) {
      metric.put("untyped", Map.of("value", number(unknown.getValue())));
    } else if (point instanceof HistogramDataPointSnapshot histogram) {
      metric.put("histogram", histogram(histogram));
    } else if (point instanceof SummaryDataPointSnapshot summary) {
      metric.put("summary", summary(summary));
    } else {
      metric.put("gauge", Map.of("value", 1)); // an info
    }
  }

  private static Map<String, Object> histogram(HistogramDataPointSnapshot histogram) {
    var data = new LinkedHashMap<String, Object>();
    data.put("sampleCount", Long.toString(histogram.getCount()));
    data.put("sampleSum", number(histogram.getSum()));
    var buckets = new ArrayList<Map<String, Object>>();
    if (histogram.hasClassicHistogramData()) {
      long cumulative = 0;
      for (var bucket : histogram.getClassicBuckets()) {
        cumulative += bucket.getCount();
        var entry = new LinkedHashMap<String, Object>();
        entry.put("cumulativeCount", Long.toString(cumulative));
        entry.put("upperBound", number(bucket.getUpperBound()));
        buckets.add(entry);
      }
    }
    data.put("bucket", buckets);
    return data;
  }

  private static Map<String, Object> summary(SummaryDataPointSnapshot summary) {
    var data = new LinkedHashMap<String, Object>();
    data.put("sampleCount", Long.toString(summary.getCount()));
    data.put("sampleSum", number(summary.getSum()));
    var quantiles = new ArrayList<Map<String, Object>>();
    for (var quantile : summary.getQuantiles()) {
      var entry = new LinkedHashMap<String, Object>();
      entry.put("quantile", quantile.getQuantile());
      entry.put("value", number(quantile.getValue()));
      quantiles.add(entry);
    }
    data.put("quantile", quantiles);
    return data;
  }

  private static Object number(double value) {
    return Double.isFinite(value) ? (Object) value : Double.toString(value);
  }
}
