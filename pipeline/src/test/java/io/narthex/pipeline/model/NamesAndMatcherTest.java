package io.narthex.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.re2j.PatternSyntaxException;
import io.narthex.pipeline.model.Matcher.Type;
import io.narthex.pipeline.testkit.Reference;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class NamesAndMatcherTest {

  @Test
  void names_referenceCases_agree() {
    for (JsonNode row : Reference.table("go-tables/common-metricname-valid.json").get("cases")) {
      JsonNode name = row.get("mn");
      byte[] bytes =
          name.isTextual()
              ? name.asText().getBytes(java.nio.charset.StandardCharsets.UTF_8)
              : HexFormat.of().parseHex(name.get("$bytes_hex").asText());
      assertThat(bytes.length > 0 && Utf8.isValid(bytes, 0, bytes.length))
          .isEqualTo(row.get("utf8Valid").asBoolean());
      assertThat(Names.isLegacyMetricName(name.asText()))
          .isEqualTo(row.get("legacyValid").asBoolean());
    }
  }

  @Test
  void legacyNames_colons_areForMetricsOnly() {
    assertThat(Names.isLegacyMetricName("a:b")).isTrue();
    assertThat(Names.isLegacyLabelName("a:b")).isFalse();
    assertThat(Names.isLegacyLabelName("_a1")).isTrue();
    assertThat(Names.isLegacyLabelName("1a")).isFalse();
    assertThat(Names.isLegacyLabelName("é")).isFalse();
  }

  @Test
  void matches_eachType_comparesItsWay() {
    assertThat(Matcher.equal("a", "x").matches("x")).isTrue();
    assertThat(Matcher.of("a", Type.NOT_EQUAL, "x").matches("")).isTrue();
    var regex = Matcher.of("a", Type.REGEX, "x|yz*");
    assertThat(regex.matches("x")).isTrue();
    assertThat(regex.matches("yzz")).isTrue();
    assertThat(regex.matches("ax")).isFalse();
    assertThat(regex.matches("xa")).isFalse();
    assertThat(Matcher.of("a", Type.NOT_REGEX, "x.+").matches("x\ny")).isFalse();
    assertThat(Matcher.of("a", Type.REGEX, ".*").matchesEmpty()).isTrue();
    assertThat(Matcher.of("a", Type.REGEX, ".+").matchesEmpty()).isFalse();
  }

  @Test
  void matches_newlineAtTheEnd_countsAsAnyOther() {
    assertThat(Matcher.of("a", Type.REGEX, "x").matches("x\n")).isFalse();
    assertThat(Matcher.of("a", Type.REGEX, "x.").matches("x\n")).isTrue();
  }

  @Test
  void of_badRegex_isRefused() {
    assertThatThrownBy(() -> Matcher.of("a", Type.REGEX, "("))
        .isInstanceOf(PatternSyntaxException.class);
  }

  @Test
  void toString_isPromql() {
    assertThat(Matcher.of("b.c", Type.NOT_REGEX, "a\"")).hasToString("\"b.c\"!~\"a\\\"\"");
    assertThat(Matcher.equal("job", "x")).hasToString("job=\"x\"");
  }
}
