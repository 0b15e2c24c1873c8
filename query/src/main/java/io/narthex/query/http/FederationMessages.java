package io.narthex.query.http;

import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.wire.MetricFamilyWriter;
import io.narthex.pipeline.wire.MetricFamilyWriter.Kind;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Samples as Protobuf messages, a family for each run of samples of one name and kind: a name may
 * have samples of more than one kind, and then has more than one family.
 */
final class FederationMessages implements JsonBody {
  private final List<FederationEndpoint.Newest> samples;
  private final Map<String, String> externalLabels;
  private final EscapingScheme scheme;
  private final MetricFamilyWriter writer;
  private int next;

  FederationMessages(
      List<FederationEndpoint.Newest> samples,
      Map<String, String> externalLabels,
      MetricFamilyWriter.Encoding encoding,
      EscapingScheme scheme) {
    this.samples = samples;
    this.externalLabels = externalLabels;
    this.scheme = scheme;
    this.writer = new MetricFamilyWriter(encoding);
  }

  @Override
  public boolean write(JsonOut out) {
    while (next < samples.size()) {
      if (out.isFull()) {
        return true;
      }
      byte[] family = family();
      out.raw(family, 0, family.length);
    }
    return false;
  }

  private byte[] family() {
    String name = samples.get(next).name();
    var kind = kind(samples.get(next));
    writer.begin(PrometheusNaming.escapeName(name, scheme), kind);
    for (; next < samples.size(); next++) {
      var sample = samples.get(next);
      if (!sample.name().equals(name) || kind(sample) != kind) {
        break;
      }
      var labels = labels(sample.labels());
      if (sample.histogram() == null) {
        writer.sample(labels, sample.timestamp(), sample.value());
      } else {
        writer.histogram(labels, sample.timestamp(), sample.histogram());
      }
    }
    return writer.take();
  }

  private static Kind kind(FederationEndpoint.Newest sample) {
    var histogram = sample.histogram();
    if (histogram == null) {
      return Kind.UNTYPED;
    }
    return histogram.hint() == ResetHint.GAUGE ? Kind.GAUGE_HISTOGRAM : Kind.HISTOGRAM;
  }

  /** The series' own labels, and behind them the external ones that it lacks. */
  private Map<String, String> labels(Labels own) {
    var all = new LinkedHashMap<String, String>();
    for (var label : own.toMap().entrySet()) {
      if (!label.getKey().equals(Labels.METRIC_NAME)) {
        all.put(PrometheusNaming.escapeName(label.getKey(), scheme), label.getValue());
      }
    }
    for (var label : externalLabels.entrySet()) {
      if (!own.has(label.getKey())) {
        all.put(PrometheusNaming.escapeName(label.getKey(), scheme), label.getValue());
      }
    }
    return all;
  }
}
