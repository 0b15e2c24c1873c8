package io.narthex.query.http;

import static io.narthex.pipeline.wire.ExpositionFormat.OPENMETRICS_0_0_1;
import static io.narthex.pipeline.wire.ExpositionFormat.OPENMETRICS_1_0_0;
import static io.narthex.pipeline.wire.ExpositionFormat.PROTOBUF_COMPACT_TEXT;
import static io.narthex.pipeline.wire.ExpositionFormat.PROTOBUF_DELIMITED;
import static io.narthex.pipeline.wire.ExpositionFormat.PROTOBUF_TEXT;
import static io.narthex.pipeline.wire.ExpositionFormat.TEXT_0_0_4;

import io.narthex.pipeline.wire.ExpositionFormat;
import io.narthex.pipeline.wire.MediaType;
import io.narthex.pipeline.wire.MetricFamilyWriter.Encoding;
import io.narthex.pipeline.wire.NameEscaping;
import io.prometheus.metrics.config.EscapingScheme;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The form in which {@code /metrics} and {@code /federate} answer.
 *
 * @param contentType of the answer
 * @param openMetrics whether it is OpenMetrics; without it and messages it is exposition text
 * @param messages how Protobuf messages are written; null if the answer is none
 * @param escaping of names that are no legacy names
 */
record AnswerFormat(
    String contentType, boolean openMetrics, @Nullable Encoding messages, EscapingScheme escaping) {
  private static final List<String> FEDERATION =
      List.of(TEXT_0_0_4, PROTOBUF_DELIMITED, PROTOBUF_TEXT, PROTOBUF_COMPACT_TEXT);
  private static final List<String> ALL =
      List.of(
          TEXT_0_0_4,
          PROTOBUF_DELIMITED,
          PROTOBUF_TEXT,
          PROTOBUF_COMPACT_TEXT,
          OPENMETRICS_0_0_1,
          OPENMETRICS_1_0_0);

  /** The most wanted of the forms that an Accept header names; exposition text if it names none. */
  static AnswerFormat accepted(String header) {
    return accepted(header, ALL);
  }

  /** As above, but never OpenMetrics, as Prometheus' federation does. */
  static AnswerFormat acceptedOfFederation(String header) {
    return accepted(header, FEDERATION);
  }

  private static AnswerFormat accepted(String header, List<String> offered) {
    String type = ExpositionFormat.negotiate(header, offered, NameEscaping.UNDERSCORES);
    var parsed = Objects.requireNonNull(MediaType.parse(type));
    return new AnswerFormat(
        type,
        parsed.type().startsWith("application/openmetrics"),
        switch (parsed.parameter("encoding")) {
          case "delimited" -> Encoding.DELIMITED;
          case "text" -> Encoding.TEXT;
          case "compact-text" -> Encoding.COMPACT_TEXT;
          default -> null;
        },
        switch (parsed.parameter("escaping")) {
          case "allow-utf-8" -> EscapingScheme.ALLOW_UTF8;
          case "dots" -> EscapingScheme.DOTS_ESCAPING;
          case "values" -> EscapingScheme.VALUE_ENCODING_ESCAPING;
          default -> EscapingScheme.UNDERSCORE_ESCAPING;
        });
  }
}
