package io.narthex.query.promql.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.testkit.Reference;
import io.narthex.query.promql.ast.DurationExpr;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class DurationEvaluatorTest {
  private static final DurationEvaluator EVALUATOR = new DurationEvaluator(1_000, 300_000);

  @TestFactory
  Stream<DynamicTest> millis_referenceExpression_givesDurationOrError() {
    JsonNode cases = Reference.table("go-tables/promql-durations.json").get("cases");
    return StreamSupport.stream(cases.spliterator(), false)
        .map(row -> dynamicTest(row.get("name").asText(), () -> check(row)));
  }

  private static void check(JsonNode row) {
    DurationExpr expr = GoTree.duration(row.get("expr"));
    boolean mayBeNegative = row.path("allowedNegative").asBoolean();
    if (row.has("errorMessage")) {
      assertThatThrownBy(() -> EVALUATOR.millis(expr, mayBeNegative))
          .isInstanceOf(FaultException.class)
          .hasMessageEndingWith(": " + row.get("errorMessage").asText());
      return;
    }
    assertThat(EVALUATOR.millis(expr, mayBeNegative))
        .isEqualTo((long) (GoLiterals.number(row.get("expected")) / 1e6));
  }

  @Test
  void resolve_everyPlaceOfADuration_becomesALiteral() {
    var computed =
        "topk(1, -rate(a[step()*2] offset (-range())) > (sum_over_time(b[2m+1s:step()]"
            + " offset (1m/2))))";
    var literal = "topk(1, -rate(a[2s] offset -5m) > (sum_over_time(b[121s:1s] offset 30s)))";
    var resolved = EVALUATOR.resolve(PromqlParser.parse(computed, ParseOptions.ALL));
    assertThat(Placeless.anywhere(resolved))
        .isEqualTo(Placeless.anywhere(PromqlParser.parse(literal, ParseOptions.ALL)));
  }

  @Test
  void resolve_rangeOfZero_namesThePlace() {
    var expr = PromqlParser.parse("foo[step()]", ParseOptions.ALL);
    assertThatThrownBy(() -> new DurationEvaluator(0, 0).resolve(expr))
        .isInstanceOf(FaultException.class)
        .hasMessage("4:10: duration must be greater than 0");
  }
}
