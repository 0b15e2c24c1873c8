package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.testkit.Reference;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OpenMetricsParserTest {

  @Test
  void next_referencePage_givesTheReferenceEntries() {
    var table = Reference.table("go-tables/exposition-openmetrics-parse.json");
    var expected = new ArrayList<String>();
    table.get("cases").forEach(entry -> expected.add(ExpositionTables.expected(entry)));
    assertThat(ExpositionTables.actual(parser(table.get("input").asText(), true)))
        .containsExactlyElementsOf(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"exposition-openmetrics-errors", "exposition-openmetrics-nullbyte"})
  void next_referenceErrors_areFaults(String name) {
    for (JsonNode row : Reference.table("go-tables/" + name + ".json").get("cases")) {
      byte[] input = ExpositionTables.bytes(row.get("input"));
      String fault = ExpositionTables.fault(new OpenMetricsParser(input, 0, input.length, false));
      String expected = row.path("err").asText();
      if (expected.isEmpty() || expected.equals("EOF")) {
        assertThat(fault).as("%s", row).isNull();
      } else {
        assertThat(fault).as("%s", row).startsWith("line ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1histogram.om.txt", "alltypes.5mfs.om.txt"})
  void next_referencePages_areTaken(String name) throws IOException {
    byte[] page = Files.readAllBytes(Reference.path("exposition-text/" + name));
    assertThat(ExpositionTables.fault(new OpenMetricsParser(page, 0, page.length, true))).isNull();
  }

  @Test
  void next_createdAsSamples_keepsThem() {
    var parser = parser("# TYPE c counter\nc_total 1\nc_created 2\n# EOF\n", false);
    parser.next();
    parser.next();
    assertThat(parser.startTimestamp()).isZero();
    assertThat(parser.next()).isEqualTo(Entry.SERIES);
    assertThat(ExpositionTables.raw(parser)).isEqualTo("c_created");
  }

  @Test
  void startTimestamp_createdComesFirst_isFound() {
    var parser =
        parser("# TYPE c counter\nc_created{a=\"1\"} 2\nc_total{a=\"1\"} 1\n# EOF\n", true);
    parser.next();
    assertThat(parser.next()).isEqualTo(Entry.SERIES);
    assertThat(ExpositionTables.raw(parser)).isEqualTo("c_total{a=\"1\"}");
    assertThat(parser.startTimestamp()).isEqualTo(2000);
    assertThat(parser.next()).isEqualTo(Entry.END);
  }

  @Test
  void next_missingEof_saysSo() {
    var parser = parser("a 1\n", false);
    parser.next();
    assertThatThrownBy(parser::next)
        .hasMessage("line 2, column 1: data does not end with # EOF, got the end");
  }

  private static OpenMetricsParser parser(String text, boolean createdAsStart) {
    byte[] bytes = text.getBytes(UTF_8);
    return new OpenMetricsParser(bytes, 0, bytes.length, createdAsStart);
  }
}
