package io.narthex.query.http;

import io.narthex.pipeline.wire.MetricFamilyWriter;
import io.narthex.pipeline.wire.MetricFamilyWriter.Encoding;
import io.narthex.pipeline.wire.MetricFamilyWriter.Kind;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.UnknownSnapshot.UnknownDataPointSnapshot;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** The server's own metrics as Protobuf messages. Its histograms are classic ones. */
final class SelfMetricsMessages {
  private SelfMetricsMessages() {}

  /** All families, one behind the other. */
  static byte[] of(MetricSnapshots metrics, Encoding encoding, EscapingScheme scheme) {
    var writer = new MetricFamilyWriter(encoding);
    var out = new ByteArrayOutputStream(JsonOut.PART);
    for (var family : metrics) {
      String name = PrometheusNaming.escapeName(nameOf(family), scheme);
      writer.begin(name, family.getMetadata().getHelp(), kindOf(family));
      for (var point : family.getDataPoints()) {
        point(writer, point, labels(point, scheme));
      }
      out.writeBytes(writer.take());
    }
    return out.toByteArray();
  }

  static String nameOf(MetricSnapshot family) {
    String name = family.getMetadata().getPrometheusName();
    if (family instanceof CounterSnapshot) {
      return name + "_total";
    }
    return family instanceof InfoSnapshot ? name + "_info" : name;
  }

  static Kind kindOf(MetricSnapshot family) {
    if (family instanceof CounterSnapshot) {
      return Kind.COUNTER;
    } else if (family instanceof GaugeSnapshot || family instanceof InfoSnapshot) {
      return Kind.GAUGE;
    } else if (family instanceof HistogramSnapshot histogram) {
      return histogram.isGaugeHistogram() ? Kind.GAUGE_HISTOGRAM : Kind.HISTOGRAM;
    }
    return family instanceof SummarySnapshot ? Kind.SUMMARY : Kind.UNTYPED;
  }

  private static Map<String, String> labels(DataPointSnapshot point, EscapingScheme scheme) {
    var labels = new LinkedHashMap<String, String>();
    for (var label : point.getLabels()) {
      labels.put(PrometheusNaming.escapeName(label.getName(), scheme), label.getValue());
    }
    return labels;
  }

  private static void point(
      MetricFamilyWriter writer, DataPointSnapshot point, Map<String, String> labels) {
    long created = point.hasCreatedTimestamp() ? point.getCreatedTimestampMillis() : 0;
    if (point instanceof CounterDataPointSnapshot counter) {
      writer.counter(labels, counter.getValue(), created);
    } else if (point instanceof GaugeDataPointSnapshot gauge) {
      writer.gauge(labels, gauge.getValue());
    } else if (point instanceof UnknownDataPointSnapshot unknown) {
      writer.untyped(labels, unknown.getValue());
    } else if (point instanceof HistogramDataPointSnapshot histogram) {
      histogram(writer, histogram, labels, created);
    } else if (point instanceof SummaryDataPointSnapshot summary) {
      int at = 0;
      double[] quantiles = new double[2 * summary.getQuantiles().size()];
      for (var quantile : summary.getQuantiles()) {
        quantiles[at++] = quantile.getQuantile();
        quantiles[at++] = quantile.getValue();
      }
      writer.summary(labels, summary.getCount(), summary.getSum(), quantiles, created);
    } else {
      writer.gauge(labels, 1); // an info
    }
  }

  private static void histogram(
      MetricFamilyWriter writer,
      HistogramDataPointSnapshot histogram,
      Map<String, String> labels,
      long created) {
    var buckets = histogram.getClassicBuckets();
    double[] bounds = new double[buckets.size()];
    long[] counts = new long[buckets.size()];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = buckets.getUpperBound(i);
      counts[i] = buckets.getCount(i);
    }
    writer.classicHistogram(labels, histogram.getSum(), bounds, counts, created);
  }
}
