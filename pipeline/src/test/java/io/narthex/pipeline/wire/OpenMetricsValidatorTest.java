package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenMetricsValidatorTest {

  @Test
  void check_referenceCases_areJudgedAsSaid() throws IOException {
    var wrong = new ArrayList<String>();
    int cases = 0;
    for (Path verdict : verdicts()) {
      cases++;
      byte[] text = Files.readAllBytes(verdict.resolveSibling("metrics"));
      boolean valid = new ObjectMapper().readTree(verdict.toFile()).get("shouldParse").asBoolean();
      String fault = fault(text);
      if ((fault == null) != valid) {
        wrong.add(verdict.getParent().getFileName() + ": " + fault);
      }
    }
    assertThat(wrong).as("of %d cases", cases).isEmpty();
    assertThat(cases).isGreaterThan(200);
  }

  /** A scrape takes more than the specification allows, but nothing that is valid is refused. */
  @Test
  void parser_validReferenceCases_areTaken() throws IOException {
    for (Path verdict : verdicts()) {
      byte[] text = Files.readAllBytes(verdict.resolveSibling("metrics"));
      if (new ObjectMapper().readTree(verdict.toFile()).get("shouldParse").asBoolean()) {
        assertThat(ExpositionTables.fault(new OpenMetricsParser(text, 0, text.length, true)))
            .as("%s", verdict)
            .isNull();
      }
    }
  }

  @Test
  void check_interleavedFamilies_saysTheLine() {
    byte[] text = "# TYPE a gauge\na 1\nb 1\na 2\n# EOF\n".getBytes(UTF_8);
    assertThatThrownBy(() -> OpenMetricsValidator.check(text, 0, text.length))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("name a clashes");
  }

  @Test
  void check_goodText_passes() {
    byte[] text =
        """
        # TYPE h histogram
        # UNIT h_seconds seconds
        h_seconds 1
        # EOF
        """
            .replace("h histogram", "h_seconds gauge")
            .getBytes(UTF_8);
    assertThatCode(() -> OpenMetricsValidator.check(text, 0, text.length))
        .doesNotThrowAnyException();
  }

  private static List<Path> verdicts() throws IOException {
    try (var files = Files.walk(Reference.path("openmetrics-tests"))) {
      return files.filter(file -> file.endsWith("test.json")).sorted().toList();
    }
  }

  private static String fault(byte[] text) {
    try {
      OpenMetricsValidator.check(text, 0, text.length);
      return null;
    } catch (FaultException e) {
      return e.getMessage();
    }
  }
}
