package io.narthex.pipeline.relabel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.testkit.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The tables of the reference: what rules do, and which rules are valid. */
class RelabelReferenceTest {
  @TestFactory
  Stream<DynamicTest> apply_referenceCase_givesItsOutput() {
    return cases("go-tables/relabel.json").map(c -> dynamicTest(c.toString(), () -> applies(c)));
  }

  @TestFactory
  Stream<DynamicTest> validate_referenceCase_givesItsVerdict() {
    return cases("go-tables/relabel-validate.json")
        .map(c -> dynamicTest(c.toString(), () -> validates(c)));
  }

  private static void applies(JsonNode testCase) {
    var rules = new ArrayList<RelabelRule>();
    testCase.get("relabel").forEach(rule -> rules.add(rule(rule, true)));
    var output = Relabeler.compile(rules).apply(labels(testCase.get("input")));
    if (testCase.path("drop").asBoolean()) {
      assertThat(output).isNull();
    } else {
      assertThat(output).isEqualTo(labels(testCase.get("output")));
    }
  }

  private static void validates(JsonNode testCase) {
    var config = testCase.get("config");
    boolean utf8 = config.at("/NameValidationScheme/$id").asText().equals("model.UTF8Validation");
    String expected = testCase.path("expected").asText();
    if (!config.has("Action")) {
      assertThatThrownBy(() -> rule(config, false)).hasMessageContaining(expected);
      return;
    }
    String fault = RelabelRules.faultOf(rule(config, false), utf8);
    if (expected.isEmpty()) {
      assertThat(fault).isNull();
    } else {
      assertThat(fault).contains(expected);
    }
  }

  private static RelabelRule rule(JsonNode node, boolean defaults) {
    var sources = new ArrayList<String>();
    node.path("SourceLabels").forEach(name -> sources.add(name.asText()));
    return new RelabelRule(
        List.copyOf(sources),
        text(node, "Separator", defaults ? RelabelRule.DEFAULT_SEPARATOR : ""),
        text(node, "Regex", defaults ? RelabelRule.DEFAULT_REGEX : ""),
        node.path("Modulus").asLong(),
        text(node, "TargetLabel", ""),
        text(node, "Replacement", defaults ? RelabelRule.DEFAULT_REPLACEMENT : ""),
        RelabelRules.action(
            node.has("Action") ? node.at("/Action/$id").asText() : defaults ? "replace" : ""));
  }

  private static String text(JsonNode node, String field, String otherwise) {
    if (node.at("/" + field + "/$id").asText().equals("DefaultRelabelConfig.Replacement")) {
      return RelabelRule.DEFAULT_REPLACEMENT;
    }
    return node.has(field) ? node.get(field).asText() : otherwise;
  }

  private static Labels labels(JsonNode node) {
    var builder = Labels.builder();
    node.fields().forEachRemaining(label -> builder.set(label.getKey(), label.getValue().asText()));
    return builder.build();
  }

  private static Stream<JsonNode> cases(String table) {
    return StreamSupport.stream(Reference.table(table).get("cases").spliterator(), false);
  }
}
