package io.narthex.query.http;

import io.narthex.pipeline.wire.MediaType;
import io.narthex.pipeline.wire.MetricFamilyWriter.Encoding;
import io.prometheus.metrics.config.EscapingScheme;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form in which {@code /federate} answers: exposition text, or Protobuf messages if the reader
 * asks for them. OpenMetrics is not among them, as in Prometheus.
 *
 * @param messages how the Protobuf messages are written; null for exposition text
 * @param escaping of names that are no legacy names
 */
record FederationFormat(@Nullable Encoding messages, EscapingScheme escaping) {
  private static final String PROTOBUF = "application/vnd.google.protobuf";
  private static final String FAMILY = "io.prometheus.client.MetricFamily";
  private static final Map<String, Encoding> ENCODINGS =
      Map.of(
          "delimited", Encoding.DELIMITED,
          "text", Encoding.TEXT,
          "compact-text", Encoding.COMPACT_TEXT);
  private static final Map<String, EscapingScheme> ESCAPINGS =
      Map.of(
          "allow-utf-8", EscapingScheme.ALLOW_UTF8,
          "underscores", EscapingScheme.UNDERSCORE_ESCAPING,
          "dots", EscapingScheme.DOTS_ESCAPING,
          "values", EscapingScheme.VALUE_ENCODING_ESCAPING);

  /** The most wanted of the forms that an Accept header names; exposition text if it names none. */
  static FederationFormat accepted(String header) {
    var escaping = EscapingScheme.UNDERSCORE_ESCAPING;
    for (var wanted : MediaType.accepted(header)) {
      escaping = ESCAPINGS.getOrDefault(wanted.parameter("escaping"), escaping);
      if (wanted.type().equals(PROTOBUF) && wanted.parameter("proto").equals(FAMILY)) {
        var encoding = ENCODINGS.get(wanted.parameter("encoding"));
        if (encoding != null) {
          return new FederationFormat(encoding, escaping);
        }
      } else if (wanted.type().equals("text/plain") && isKnownText(wanted.parameter("version"))) {
        break;
      }
    }
    return new FederationFormat(null, escaping);
  }

  private static boolean isKnownText(String version) {
    return version.isEmpty() || version.equals("0.0.4") || version.equals("1.0.0");
  }

  String contentType() {
    String type =
        messages == null
            ? "text/plain; version=0.0.4; charset=utf-8"
            : PROTOBUF
                + "; proto="
                + FAMILY
                + "; encoding="
                + messages.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return type + escaping.toHeaderFormat();
  }
}
