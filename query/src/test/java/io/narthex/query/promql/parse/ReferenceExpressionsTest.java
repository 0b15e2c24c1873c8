package io.narthex.query.promql.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.testkit.Reference;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The parser against Prometheus' own table: trees, positions and all errors. */
class ReferenceExpressionsTest {

  @TestFactory
  Stream<DynamicTest> parse_referenceExpression_givesTheTreeOrTheErrors() {
    JsonNode cases = Reference.table("go-tables/promql-parser-expr.json").get("cases");
    var tests = new ArrayList<DynamicTest>();
    for (int i = 0; i < cases.size(); i++) {
      JsonNode row = cases.get(i);
      byte[] input = GoLiterals.bytes(row.get("input"));
      String text = new String(input, UTF_8);
      String name = i + " " + text.substring(0, Math.min(80, text.length()));
      tests.add(dynamicTest(name, () -> check(row, input)));
    }
    return tests.stream();
  }

  private static void check(JsonNode row, byte[] input) {
    var outcome = PromqlParser.check(input, ParseOptions.ALL);
    if (row.path("fail").asBoolean()) {
      assertThat(outcome.errors()).containsExactlyElementsOf(errors(row.get("errors")));
      return;
    }
    assertThat(outcome.errors()).isEmpty();
    Expr expected = GoTree.expr(row.get("expected"));
    assertThat(Placeless.of(outcome.expr())).isEqualTo(Placeless.of(expected));
  }

  private static List<ParseError> errors(JsonNode node) {
    var errors = new ArrayList<ParseError>();
    if (node.path("$call").asText().equals("append")) {
      repeated(node.at("/args/0"), errors);
      for (int i = 0; i < 999; i++) {
        errors.add(
            new ParseError(
                new Span(0, 50_012 + 5 * i),
                "subquery is only allowed on instant vector, got matrix instead"));
      }
      return errors;
    }
    for (JsonNode item : node.get("$items")) {
      errors.add(new ParseError(GoTree.span(item), GoLiterals.text(item.get("Err"))));
    }
    return errors;
  }

  private static void repeated(JsonNode call, List<ParseError> errors) {
    int start = call.at("/args/2").asInt();
    int startStep = call.at("/args/3").asInt();
    int end = call.at("/args/4").asInt();
    int endStep = call.at("/args/5").asInt();
    for (int i = 0; i < call.at("/args/6").asInt(); i++) {
      errors.add(
          new ParseError(
              new Span(start + i * startStep, end + i * endStep),
              GoLiterals.text(call.at("/args/1"))));
    }
  }
}
