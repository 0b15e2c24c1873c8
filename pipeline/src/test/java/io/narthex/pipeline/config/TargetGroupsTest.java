package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.testkit.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetGroupsTest {
  @Test
  void parse_yaml_givesGroupsWithSources() {
    var groups =
        TargetGroups.parse(
            """
            - targets: [a:1, b:2]
              labels: {env: prod, zone: 1}
            - targets:
            """,
            "t.yml");
    assertThat(groups)
        .containsExactly(
            new TargetGroup(List.of("a:1", "b:2"), Map.of("env", "prod", "zone", "1"), "t.yml:0"),
            new TargetGroup(List.of(), Map.of(), "t.yml:1"));
  }

  @Test
  void parse_jsonWithTabsAndEscapes_givesGroups() {
    var groups =
        TargetGroups.parse(
            "[\n\t{\"targets\": [\"a\\/b:1\"], \"labels\": {\"x\": \"\\ud83d\\ude00\\n\"}}\n]",
            "http://host/targets");
    assertThat(groups)
        .containsExactly(
            new TargetGroup(
                List.of("a/b:1"), Map.of("x", "\uD83D\uDE00\n"), "http://host/targets:0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "[]"})
  void parse_yamlOfNothing_givesNoGroups(String text) {
    assertThat(TargetGroups.parse(text, "t.yaml")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "t.yml|- targats: [a:1]|t.yml:1:3: [0].targats: unknown key targats, did you mean targets?",
        "t.yml|- null|t.yml:1:3: [0]: nil target group item found",
        "t.yml|targets: [a:1]|t.yml:1:1: expected a list of target groups, got a mapping",
        "t.yml|- {targets: a:1}|t.yml:1:13: [0].targets: expected a list, got \"a:1\"",
        "t.yml|- {labels: {'': x}}|[0].labels.: \"\" is not a valid label name",
        "t.yml|- {targets: [a, [b]]}|[0].targets[1]: expected text, got a list",
        "t.json|[{\"targets\": [1]}]|t.json:1:15: [0].targets[0]: expected text, got \"1\"",
        "t.json|[{\"targets\": [\"a\"]},]|t.json:1:21: not JSON: expected a value",
        "t.json|[{\"targets\": [\"a\"]}|t.json:1:20: not JSON: unexpected end",
        "t.json|[{targets: []}]|t.json:1:3: not JSON: expected a key in double quotes",
        "t.json|[] []|t.json:1:4: not JSON: expected the end after the value",
        "t.json|[{\"labels\": {\"a\": \"\\ud800\"}}]|not a valid label value",
        "t.json|[{\"a\": 1, \"a\": 2}]|key a already set in line 1",
      })
  void parse_mistake_isRefusedWithItsPlace(String source, String text, String message) {
    assertThatThrownBy(() -> TargetGroups.parse(text, source))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  @Test
  void parse_severalMistakes_areToldAtOnce() {
    var refusal =
        catchThrowableOfType(
            ConfigurationException.class,
            () -> TargetGroups.parse("- 1\n- {labls: {}}\n- {targets: {}}\n", "t.yml"));
    assertThat(refusal.faults()).extracting(ConfigurationFault::line).containsExactly(1, 2, 3);
  }

  @Test
  void parse_deepJson_isRefused() {
    assertThatThrownBy(() -> TargetGroups.parse("[".repeat(100_000), "t.json"))
        .hasMessageContaining("nested deeper");
  }

  @ParameterizedTest
  @CsvSource({
    "discovery-fixtures/file/valid.json, 2",
    "discovery-fixtures/file/valid.yml, 2",
    "discovery-fixtures/file/valid2.yml, 3",
    "discovery-fixtures/file/valid3.yml, 2",
    "discovery-fixtures/http/http_sd.good.json, 1",
    "promtool-testdata/good-sd-file.json, 1",
    "promtool-testdata/good-sd-file.yaml, 2",
    "promtool-testdata/good-sd-file.yml, 2",
    "discovery-fixtures/file/invalid_nil.json, -1",
    "discovery-fixtures/file/invalid_nil.yml, -1",
    "promtool-testdata/bad-sd-file-format.yml, -1",
  })
  void parse_referenceFile_givesItsGroupsOrIsRefused(String name, int groups) throws IOException {
    String text = Files.readString(Reference.path(name));
    if (groups < 0) {
      assertThatThrownBy(() -> TargetGroups.parse(text, name))
          .isInstanceOf(ConfigurationException.class);
    } else {
      assertThat(TargetGroups.parse(text, name)).hasSize(groups);
    }
  }
}
