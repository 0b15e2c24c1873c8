package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.wire.DoubleText;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.util.Iterator;
import java.util.Map;

/**
 * Samples as exposition text with times, grouped by name, each untyped. Labels are in order, the
 * external ones behind the series' own, as Prometheus writes them.
 */
final class FederationBody implements JsonBody {
  private final Iterator<FederationEndpoint.Newest> samples;
  private final Map<String, String> externalLabels;
  private final EscapingScheme scheme;
  private String family = "";

  FederationBody(
      Iterator<FederationEndpoint.Newest> samples,
      Map<String, String> externalLabels,
      EscapingScheme scheme) {
    this.samples = samples;
    this.externalLabels = externalLabels;
    this.scheme = scheme;
  }

  @Override
  public boolean write(JsonOut out) {
    var line = new StringBuilder();
    while (samples.hasNext()) {
      if (out.isFull()) {
        return true;
      }
      var sample = samples.next();
      String name = PrometheusNaming.escapeName(sample.name(), scheme);
      boolean quoted = !Names.isLegacyMetricName(name);
      line.setLength(0);
      if (!sample.name().equals(family)) {
        family = sample.name();
        name(line.append("# TYPE "), name, quoted);
        line.append(" untyped\n");
      }
      char before = '{';
      if (quoted) {
        name(line.append(before), name, true);
        before = ',';
      } else {
        line.append(name);
      }
      before = own(line, sample.labels(), before);
      for (var label : externalLabels.entrySet()) {
        if (!sample.labels().has(label.getKey())) {
          label(line.append(before), label.getKey(), label.getValue());
          before = ',';
        }
      }
      if (before == ',') {
        line.append('}');
      }
      double value = sample.value();
      line.append(' ').append(value == 0 ? "0" : DoubleText.general(value));
      line.append(' ').append(sample.timestamp()).append('\n');
      byte[] bytes = line.toString().getBytes(UTF_8);
      out.raw(bytes, 0, bytes.length);
    }
    return false;
  }

  private char own(StringBuilder line, Labels labels, char before) {
    char next = before;
    for (var label : labels.toMap().entrySet()) {
      if (!label.getKey().equals(Labels.METRIC_NAME)) {
        label(line.append(next), label.getKey(), label.getValue());
        next = ',';
      }
    }
    return next;
  }

  private void label(StringBuilder line, String name, String value) {
    String escaped = PrometheusNaming.escapeName(name, scheme);
    name(line, escaped, !Names.isLegacyLabelName(escaped));
    quote(line.append('='), value);
  }

  private static void name(StringBuilder line, String name, boolean quoted) {
    if (quoted) {
      quote(line, name);
    } else {
      line.append(name);
    }
  }

  private static void quote(StringBuilder line, String text) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> line.append("\\\\");
        case '"' -> line.append("\\\"");
        case '\n' -> line.append("\\n");
        default -> line.append(c);
      }
    }
    line.append('"');
  }
}
