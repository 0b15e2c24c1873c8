package io.narthex.query.promql.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.print.ExprPrinter;
import io.narthex.query.promql.print.ExprTree;
import io.narthex.query.promql.print.PrettyPrinter;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deep and long queries, read on threads with the stack that most threads have, halved. */
class NestingTest {
  private static final int STACK_BYTES = 512 * 1024;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(",
        "-",
        "abs(",
        "sum(",
        "1 ^ ",
        "a[5m:1h] + (",
        "foo[(",
        "foo offset -",
        "{",
        "foo offset (",
        "topk(1, ",
        "sum by (a) (",
        "foo[-",
        "foo[2 ^ ",
        "1 + 2 * (",
        "foo[min_of("
      })
  void parse_tenThousandTimesTheSame_givesAFault(String opening) throws Exception {
    String query = opening.repeat(10_000) + "1";
    onSmallStack(
        () ->
            assertThatThrownBy(() -> PromqlParser.parse(query, ParseOptions.ALL))
                .isInstanceOf(FaultException.class)
                .hasMessageContaining("parse error: "));
  }

  @Test
  void parse_tenThousandParentheses_saysThatTheyAreTooDeep() {
    String query = "(".repeat(10_000) + "up" + ")".repeat(10_000);
    assertThatThrownBy(() -> PromqlParser.parse(query, ParseOptions.ALL))
        .hasMessage("1:251: parse error: expression is nested too deeply: more than 250 levels");
  }

  @Test
  void parse_longChain_saysThatItIsTooLong() {
    assertThatThrownBy(() -> PromqlParser.parse("a" + " or a".repeat(100_000), ParseOptions.ALL))
        .hasMessageContaining("nested too deeply: more than 500 operations in a row");
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "-", "abs(", "sum(", "1 + (", "2 ^ "})
  void parse_deepestAllowedNesting_canBePrinted(String opening) throws Exception {
    int levels = opening.equals("1 + (") ? 124 : 249;
    String query =
        opening.repeat(levels)
            + (opening.contains("1") || opening.contains("2") ? "1" : "up")
            + (opening.contains("(") ? ")" : "").repeat(levels);
    onSmallStack(() -> checkEveryWalk(query));
  }

  @Test
  void parse_longestAllowedChain_canBePrinted() throws Exception {
    onSmallStack(() -> checkEveryWalk("a" + " or a".repeat(499)));
    onSmallStack(() -> checkEveryWalk("foo[1" + " + 1".repeat(499) + "]"));
  }

  @Test
  void parse_queryOverAMegabyte_isRefusedBeforeItIsRead() {
    assertThatThrownBy(() -> PromqlParser.parse(" ".repeat(2 << 20), ParseOptions.ALL))
        .hasMessageContaining("query is too long: 2097152 bytes, at most 1048576");
  }

  private static void checkEveryWalk(String query) {
    Expr expr = PromqlParser.parse(query, ParseOptions.ALL);
    assertThat(ExprPrinter.print(expr)).isEqualTo(query.replace("1 + (", "1 + ("));
    assertThat(PrettyPrinter.print(expr)).isNotEmpty();
    assertThat(ExprTree.of(expr)).isNotNull();
    assertThat(new DurationEvaluator(1, 1).resolve(expr)).isNotNull();
    assertThat(expr.type()).isNotNull();
  }

  private static void onSmallStack(Runnable work) throws Exception {
    var task = new FutureTask<Void>(work, null);
    new Thread(null, task, "small-stack", STACK_BYTES).start();
    task.get();
  }
}
