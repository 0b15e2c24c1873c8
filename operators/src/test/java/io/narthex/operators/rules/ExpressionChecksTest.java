package io.narthex.operators.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.RuleFileLoader;
import io.narthex.pipeline.config.rules.RuleChecks;
import io.narthex.query.promql.parse.ParseOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExpressionChecksTest {

  @Test
  void of_goodExpression_isEmpty() {
    assertThat(ExpressionChecks.of("sum by (job) (rate(x[5m]))", ParseOptions.DEFAULT)).isEmpty();
  }

  @Test
  void of_faultBehindWideCharacters_countsChars() {
    assertThat(ExpressionChecks.of("{\"größe\"} + rate(x)", ParseOptions.DEFAULT))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.offset()).isEqualTo("{\"größe\"} + rate(".length());
              assertThat(problem.message()).contains("expected type range vector");
            });
  }

  @Test
  void parse_faultyExpressionInRuleFile_isPlacedInTheFile() {
    var checks =
        new RuleChecks() {
          @Override
          public List<Problem> expression(String text) {
            return ExpressionChecks.of(text, ParseOptions.DEFAULT);
          }

          @Override
          public List<Problem> template(String name, String text) {
            return List.of();
          }
        };
    String text =
        """
        groups:
          - name: g
            rules:
              - record: x
                expr: |
                  sum(y)
                    / rate(z)
        """;
    assertThatThrownBy(() -> RuleFileLoader.of(checks, true).parse(text, "r.yml"))
        .hasMessageContaining("r.yml:7:20: groups[0].rules[0].expr: could not parse expression:");
  }
}
