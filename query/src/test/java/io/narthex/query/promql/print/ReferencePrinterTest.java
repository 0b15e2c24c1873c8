package io.narthex.query.promql.print;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.testkit.Reference;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Both printers against Prometheus' own tables. */
class ReferencePrinterTest {
  /** The width in Prometheus' own tests. */
  private static final int NARROW = 10;

  @TestFactory
  Stream<DynamicTest> print_referenceQuery_givesTheCanonicalText() {
    return rows("promql-printer")
        .map(
            row ->
                dynamicTest(
                    row.get("in").asText(),
                    () ->
                        assertThat(ExprPrinter.print(parse(row)))
                            .isEqualTo(row.path("out").asText(row.get("in").asText()))));
  }

  @TestFactory
  Stream<DynamicTest> pretty_referenceQuery_givesTheSameLines() {
    return Stream.of(
            "AggregateExprPretty",
            "BinaryExprPretty",
            "CallExprPretty",
            "DurationExprPretty",
            "ExprPretty",
            "ParenExprPretty",
            "StepInvariantExpr",
            "UnaryPretty")
        .flatMap(table -> rows("promql-pretty-" + table))
        .map(
            row ->
                dynamicTest(
                    row.get("in").asText(),
                    () ->
                        assertThat(PrettyPrinter.print(parse(row), NARROW))
                            .isEqualTo(row.get("out").asText())));
  }

  private static Expr parse(JsonNode row) {
    return PromqlParser.parse(row.get("in").asText(), ParseOptions.ALL);
  }

  private static Stream<JsonNode> rows(String table) {
    JsonNode cases = Reference.table("go-tables/" + table + ".json").get("cases");
    return StreamSupport.stream(cases.spliterator(), false);
  }
}
