package io.narthex.pipeline.wire;

import static io.narthex.pipeline.wire.ExpositionFormat.OPENMETRICS_0_0_1;
import static io.narthex.pipeline.wire.ExpositionFormat.OPENMETRICS_1_0_0;
import static io.narthex.pipeline.wire.ExpositionFormat.OPENMETRICS_2_0_0;
import static io.narthex.pipeline.wire.ExpositionFormat.PROTOBUF_COMPACT_TEXT;
import static io.narthex.pipeline.wire.ExpositionFormat.PROTOBUF_DELIMITED;
import static io.narthex.pipeline.wire.ExpositionFormat.PROTOBUF_TEXT;
import static io.narthex.pipeline.wire.ExpositionFormat.TEXT_0_0_4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.config.ScrapeConfig.ScrapeProtocol;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.testkit.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExpositionFormatTest {
  private static final List<String> PROTO_AND_TEXT =
      List.of(PROTOBUF_DELIMITED, PROTOBUF_TEXT, PROTOBUF_COMPACT_TEXT, TEXT_0_0_4);
  private static final List<String> ALL =
      List.of(
          PROTOBUF_DELIMITED,
          PROTOBUF_TEXT,
          PROTOBUF_COMPACT_TEXT,
          TEXT_0_0_4,
          OPENMETRICS_0_0_1,
          OPENMETRICS_1_0_0);

  @Test
  void negotiate_referenceCases_agree() {
    check("common-negotiate", PROTO_AND_TEXT, NameEscaping.UNDERSCORES);
    check("common-negotiate-openmetrics", ALL, NameEscaping.VALUES);
    check("common-negotiate-accept", List.of(), NameEscaping.VALUES);
  }

  private static void check(String table, List<String> offered, NameEscaping escaping) {
    for (JsonNode row : Reference.table("go-tables/" + table + ".json").get("cases")) {
      JsonNode header = row.get("acceptHeaderValue");
      String accept =
          header.isTextual()
              ? header.asText()
              : "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily"
                  + header.get("b").asText();
      var names =
          Map.of(
              "fmtOpenMetrics_2_0_0", OPENMETRICS_2_0_0,
              "FmtOpenMetrics_1_0_0", OPENMETRICS_1_0_0,
              "FmtText", TEXT_0_0_4,
              "FmtProtoDelim", PROTOBUF_DELIMITED);
      var listed = new ArrayList<String>();
      row.path("acceptedFormats")
          .path("$items")
          .forEach(id -> listed.add(names.get(id.get("$id").asText())));
      assertThat(
              ExpositionFormat.negotiate(
                  accept, row.has("acceptedFormats") ? listed : offered, escaping))
          .as("%s", row)
          .isEqualTo(row.get("expectedFmt").asText());
    }
  }

  @Test
  void accept_protocols_areWeighedInOrder() {
    assertThat(
            ExpositionFormat.accept(
                List.of(
                    ScrapeProtocol.PROMETHEUS_PROTO,
                    ScrapeProtocol.OPENMETRICS_TEXT_1_0_0,
                    ScrapeProtocol.PROMETHEUS_TEXT_0_0_4),
                NameEscaping.ALLOW_UTF_8))
        .isEqualTo(
            "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                + "encoding=delimited;q=0.6,"
                + "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                + "text/plain;version=0.0.4;q=0.4,*/*;q=0.3");
  }

  @Test
  void of_contentTypes_areRecognised() {
    assertThat(ExpositionFormat.of("text/plain; version=0.0.4; charset=utf-8", null))
        .isEqualTo(ExpositionFormat.TEXT);
    assertThat(ExpositionFormat.of("Application/OpenMetrics-Text;version=1.0.0", null))
        .isEqualTo(ExpositionFormat.OPENMETRICS);
    assertThat(ExpositionFormat.of("text/html", ScrapeProtocol.PROMETHEUS_PROTO))
        .isEqualTo(ExpositionFormat.PROTOBUF);
    assertThat(ExpositionFormat.of(null, ScrapeProtocol.OPENMETRICS_TEXT_0_0_1))
        .isEqualTo(ExpositionFormat.OPENMETRICS);
  }

  @Test
  void of_noFormatAndNoFallback_isAFault() {
    for (String header : new String[] {"", "text/html", "text/plain; version", "a b"}) {
      assertThatThrownBy(() -> ExpositionFormat.of(header, null))
          .isInstanceOf(FaultException.class)
          .hasMessageContaining("no fallback_scrape_protocol");
    }
  }

  @Test
  void escape_referenceNames_agree() {
    for (JsonNode row : Reference.table("go-tables/common-escape-name.json").get("cases")) {
      String name = row.path("input").asText();
      String dots = NameEscaping.DOTS.escape(name);
      String values = NameEscaping.VALUES.escape(name);
      assertThat(NameEscaping.UNDERSCORES.escape(name))
          .isEqualTo(row.path("expectedUnderscores").asText());
      assertThat(dots).isEqualTo(row.path("expectedDots").asText());
      assertThat(NameEscaping.DOTS.unescape(dots))
          .isEqualTo(row.path("expectedUnescapedDots").asText());
      assertThat(values).isEqualTo(row.path("expectedValue").asText());
      assertThat(NameEscaping.VALUES.unescape(values)).isEqualTo(name);
      assertThat(NameEscaping.ALLOW_UTF_8.escape(name)).isEqualTo(name);
    }
    for (JsonNode row : Reference.table("go-tables/common-unescape-errors.json").get("cases")) {
      assertThat(NameEscaping.VALUES.unescape(row.path("input").asText()))
          .isEqualTo(row.path("expected").asText());
    }
  }
}
