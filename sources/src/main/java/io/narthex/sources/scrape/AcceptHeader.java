package io.narthex.sources.scrape;

import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.config.ScrapeConfig.ScrapeProtocol;

/** Asks for the formats that a job accepts, most wanted first. */
final class AcceptHeader {
  private AcceptHeader() {}

  static String of(ScrapeConfig config) {
    var text = new StringBuilder();
    int weight = ScrapeProtocol.values().length + 1;
    for (var protocol : config.protocols()) {
      text.append(mediaType(protocol));
      if (protocol == ScrapeProtocol.PROMETHEUS_TEXT_1_0_0
          || protocol == ScrapeProtocol.OPENMETRICS_TEXT_1_0_0) {
        text.append(";escaping=").append(config.escapingScheme());
      }
      text.append(";q=0.").append(weight--).append(',');
    }
    return text.append("*/*;q=0.").append(weight).toString();
  }

  private static String mediaType(ScrapeProtocol protocol) {
    return switch (protocol) {
      case PROMETHEUS_PROTO ->
          "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
      case OPENMETRICS_TEXT_0_0_1 -> "application/openmetrics-text;version=0.0.1";
      case OPENMETRICS_TEXT_1_0_0 -> "application/openmetrics-text;version=1.0.0";
      case PROMETHEUS_TEXT_0_0_4 -> "text/plain;version=0.0.4";
      case PROMETHEUS_TEXT_1_0_0 -> "text/plain;version=1.0.0";
    };
  }
}
