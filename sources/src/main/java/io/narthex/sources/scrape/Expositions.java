package io.narthex.sources.scrape;

import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.config.ScrapeConfig.ScrapeProtocol;
import io.narthex.pipeline.wire.ExpositionParser;
import io.narthex.pipeline.wire.OpenMetricsParser;
import io.narthex.pipeline.wire.TextParser;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Chooses the parser of an answer by its content type, or by the job's fallback. */
final class Expositions {
  private enum Format {
    TEXT,
    OPENMETRICS,
    PROTOBUF
  }

  private Expositions() {}

  /**
   * A parser of {@code bytes[0, length)}.
   *
   * @throws ScrapeException if neither content type nor fallback name a format
   */
  static ExpositionParser parser(
      byte[] bytes, int length, String contentType, ScrapeConfig config) {
    return switch (format(contentType, config.fallbackProtocol())) {
      case TEXT -> new TextParser(bytes, 0, length);
      case OPENMETRICS -> new OpenMetricsParser(bytes, 0, length, false);
      case PROTOBUF ->
          throw new ScrapeException("the protobuf format is not supported, use a text format");
    };
  }

  private static Format format(String contentType, @Nullable ScrapeProtocol fallback) {
    if (contentType.isBlank()) {
      return of(
          fallback,
          "non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol"
              + " specified for target");
    }
    int semicolon = contentType.indexOf(';');
    String media = semicolon < 0 ? contentType : contentType.substring(0, semicolon);
    return switch (media.strip().toLowerCase(Locale.ROOT)) {
      case "text/plain" -> Format.TEXT;
      case "application/openmetrics-text" -> Format.OPENMETRICS;
      case "application/vnd.google.protobuf" -> Format.PROTOBUF;
      default ->
          of(
              fallback,
              "received unsupported Content-Type \""
                  + contentType
                  + "\" and no fallback_scrape_protocol specified for target");
    };
  }

  private static Format of(@Nullable ScrapeProtocol fallback, String otherwise) {
    if (fallback == null) {
      throw new ScrapeException(otherwise);
    }
    return switch (fallback) {
      case PROMETHEUS_PROTO -> Format.PROTOBUF;
      case OPENMETRICS_TEXT_0_0_1, OPENMETRICS_TEXT_1_0_0 -> Format.OPENMETRICS;
      case PROMETHEUS_TEXT_0_0_4, PROMETHEUS_TEXT_1_0_0 -> Format.TEXT;
    };
  }
}
