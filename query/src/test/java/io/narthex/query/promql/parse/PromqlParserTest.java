package io.narthex.query.promql.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.testkit.Reference;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Selectors;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.print.ExprPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromqlParserTest {
  private static final Pattern EVAL =
      Pattern.compile(
          "^eval(?:_\\w+)?\\s+(?:instant\\s+(?:at\\s+\\S+\\s+)?|range\\s+from\\s+\\S+\\s+to\\s+"
              + "\\S+\\s+step\\s+\\S+\\s+)(.+)$");

  @Test
  void parse_queriesOfTheReferenceScripts_allRead() throws IOException {
    int queries = 0;
    try (var scripts = Files.list(Reference.path("promql-tests"))) {
      for (Path script : scripts.filter(p -> p.toString().endsWith(".test")).toList()) {
        for (String line : Files.readAllLines(script)) {
          var eval = EVAL.matcher(line.strip());
          if (eval.matches()) {
            assertThat(PromqlParser.check(eval.group(1), ParseOptions.ALL).errors())
                .as("%s: %s", script.getFileName(), line)
                .isEmpty();
            queries++;
          }
        }
      }
    }
    assertThat(queries).isGreaterThan(1_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mad_over_time(a[5m])        | 1:1: parse error: function "mad_over_time" is not enabled
          limitk(1, a)                | 1:1: parse error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions
          a + fill(1) b               | 1:1: parse error: binop fill modifiers are experimental and not enabled
          rate(a[5m] anchored)        | 1:6: parse error: anchored modifier is experimental and not enabled
          a smoothed                  | 1:1: parse error: smoothed modifier is experimental and not enabled
          a[1m + 1m]                  | 1:3: parse error: experimental duration expression is not enabled
          a[step()]                   | 1:3: parse error: experimental duration expression is not enabled
          a offset (5m)               | 1:11: parse error: experimental duration expression is not enabled
          """)
  void parse_withoutTheFlag_namesWhatIsOff(String query, String message) {
    var none = new ParseOptions(false, false, false, false);
    assertThatThrownBy(() -> PromqlParser.parse(query, none)).hasMessage(message);
    assertThat(PromqlParser.check(query, ParseOptions.ALL).errors()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          sum(foo bar)                | 1:9: parse error: unexpected identifier "bar" in aggregation
          sum(a) by (b) c             | 1:15: parse error: unexpected identifier "c"
          rate(foo bar)               | 1:10: parse error: unexpected identifier "bar"
          foo[5m 5m]                  | 1:8: parse error: unexpected duration "5m" in subquery or range, expected ":" or "]"
          foo[(5m 5m)]                | 1:9: parse error: unexpected duration "5m" in subquery or range selector, expected number, duration, step(), or range()
          foo[5m:5m 5m]               | 1:11: parse error: unexpected duration "5m" in subquery selector, expected "]"
          foo[5m:,]                   | 1:8: parse error: unexpected "," in subquery selector, expected number, duration, step(), range(), or "]"
          foo offset bar              | 1:12: parse error: unexpected identifier "bar" in offset, expected number, duration, step(), or range()
          foo @ bar                   | 1:7: parse error: unexpected identifier "bar" in @, expected timestamp
          foo @ 1 @ 2                 | 1:1: parse error: @ <timestamp> may not be set multiple times
          foo anchored smoothed       | 1:1: parse error: anchored and smoothed modifiers cannot be used together
          foo[5m:1m] anchored         | 1:1: parse error: anchored modifier is not supported for subqueries
          abs(foo) smoothed           | 1:1: parse error: smoothed modifier not implemented
          foo{a=~"("}                 | 1:5: parse error: error parsing regexp: missing closing ): `(`
          foo and fill(1) bar         | 1:1: parse error: filling in missing series not allowed for set operators
          1 + fill(1) foo             | 1:1: parse error: filling in missing series only allowed between instant vectors
          "a" + 1                     | 1:1: parse error: binary expression must contain only scalar and instant vector types
          foo + bar[5m]               | 1:7: parse error: binary expression must contain only scalar and instant vector types
          sum by ("") (foo)           | 1:9: parse error: invalid label name for grouping: ""
          label_join(foo, "a")        | 1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 2
          on                          | 1:1: parse error: unexpected <on>
          a + b(c)                    | 1:5: parse error: unknown function with name "b"
          sum(1)                      | 1:5: parse error: expected type instant vector in aggregation expression, got scalar
          foo ==                      | 1:7: parse error: unexpected end of input
          a </ bool b                 | 1:3: parse error: bool modifier can only be used on comparison operators
          "0123456789abc" 5           | 1:17: parse error: unexpected number "5"
          5 "0123456789abc"           | 1:3: parse error: unexpected string "\\"012345678"...
          """)
  void parse_faultyQuery_givesPrometheusText(String query, String message) {
    assertThatThrownBy(() -> PromqlParser.parse(query, ParseOptions.ALL))
        .isInstanceOf(FaultException.class)
        .hasMessage(message)
        .extracting(e -> ((FaultException) e).fault())
        .isEqualTo(Fault.BAD_DATA);
  }

  @Test
  void parse_faultOnAnotherLine_countsLinesAndBytes() {
    assertThatThrownBy(() -> PromqlParser.parse("sum(\n  {a=\"ü\"} %% 2\n)", ParseOptions.ALL))
        .hasMessage("2:13: parse error: unexpected <op:%> in aggregation");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sum",
        "by",
        "without",
        "offset",
        "and",
        "or",
        "unless",
        "start",
        "end",
        "step",
        "range",
        "min_of",
        "max_of",
        "fill",
        "fill_left",
        "anchored",
        "smoothed",
        "limitk",
        "quantile"
      })
  void parse_keywordAlone_isAMetric(String word) {
    assertThat(PromqlParser.parse(word, ParseOptions.ALL))
        .isInstanceOfSatisfying(
            Expr.VectorSelector.class, selector -> assertThat(selector.name()).isEqualTo(word));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a + b * c ^ d ^ e           | (a + (b * (c ^ (d ^ e))))
          a - b - c                   | ((a - b) - c)
          a or b and c unless d == e  | (a or ((b and c) unless (d == e)))
          -a ^ b * c                  | (-(a ^ b) * c)
          a </ b + c >/ d             | ((a </ (b + c)) >/ d)
          a atan2 b % c               | ((a atan2 b) % c)
          a + b offset 5m             | (a + b offset 5m)
          2 ^ -3 * 4                  | ((2 ^ -3) * 4)
          """)
  void parse_operators_bindAsInPrometheus(String query, String grouped) {
    assertThat(grouped(PromqlParser.parse(query, ParseOptions.ALL))).isEqualTo(grouped);
  }

  @ParameterizedTest
  @CsvSource({
    "017, 15",
    "018, 18",
    "0x_1F, 31",
    "1_000.5, 1000.5",
    "1e1_0, 1e10",
    "7777777777777777777777, 7777777777777777777777",
    "07777777777777777777777, 7777777777777777777777",
    "9223372036854775807, 9.223372036854775807e18",
    "1h30m, 5400",
    "1m1ms, 60.001",
    "1y, 31536000"
  })
  void parse_number_hasTheValueThatGoGivesIt(String text, double value) {
    assertThat(PromqlParser.parse(text, ParseOptions.DEFAULT))
        .isInstanceOfSatisfying(
            Expr.NumberLiteral.class, number -> assertThat(number.value()).isEqualTo(value));
  }

  @Test
  void parse_trimOperators_areKnown() {
    var expr = (Expr.Binary) PromqlParser.parse("a </ 5", ParseOptions.DEFAULT);
    assertThat(expr.op()).isEqualTo(BinaryOp.TRIM_UPPER);
  }

  @Test
  void parse_bytesThatAreNoUtf8_areKeptAndKnown() {
    var text = (Expr.StringLiteral) PromqlParser.parse("\"a\\xc5z\\xc3\\xbc\"", ParseOptions.ALL);
    assertThat(Names.isUtf8(text.value())).isFalse();
    assertThat(text.value()).endsWith("zü");
    assertThat(ExprPrinter.print(text)).isEqualTo("\"a\\xc5zü\"");
  }

  @Test
  void parseSelector_matchersOfASelector_endWithTheName() {
    assertThat(PromqlParser.parseSelector("up{job='a', \"b.c\"!~'d'}"))
        .containsExactly(
            Matcher.equal("job", "a"),
            Matcher.of("b.c", Matcher.Type.NOT_REGEX, "d"),
            Matcher.equal("__name__", "up"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "up[5m]", "up + 1", "1", "up{", "rate(up)", "{a=~'('}", "up}"})
  void parseSelector_somethingElse_isRefusedWithItsPlace(String text) {
    assertThatThrownBy(() -> PromqlParser.parseSelector(text))
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("parse error: ");
  }

  @Test
  void selectors_ofATree_comeFromLeftToRight() {
    var expr =
        PromqlParser.parse(
            "topk(scalar(a), b) + on() rate(c[5m]) / min_over_time(d[1h:]) > (-e)",
            ParseOptions.ALL);
    assertThat(Selectors.of(expr))
        .extracting(Expr.VectorSelector::name)
        .containsExactly("a", "b", "c", "d", "e");
  }

  @Test
  void functions_table_isThatOfPrometheus() {
    assertThat(FunctionSignatures.all()).hasSize(90);
    assertThat(FunctionSignatures.all()).filteredOn(f -> f.experimental()).hasSize(17);
    assertThat(FunctionSignatures.all())
        .filteredOn(f -> f.returnType() == ValueType.SCALAR)
        .extracting(f -> f.name())
        .containsExactlyInAnyOrder(
            "pi", "time", "scalar", "start", "end", "range", "step", "min_of", "max_of");
    assertThat(List.of(AggregateOp.values())).hasSize(14);
  }

  private static String grouped(Expr expr) {
    if (expr instanceof Expr.Binary b) {
      return "(" + grouped(b.left()) + " " + b.op().text() + " " + grouped(b.right()) + ")";
    }
    if (expr instanceof Expr.Unary u) {
      return (u.negative() ? "-" : "+") + grouped(u.expr());
    }
    return ExprPrinter.print(expr);
  }
}
