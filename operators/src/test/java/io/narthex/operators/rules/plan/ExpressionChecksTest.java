package io.narthex.operators.rules.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.RuleFileLoader;
import io.narthex.pipeline.config.rules.RuleChecks;
import io.narthex.pipeline.testkit.Reference;
import io.narthex.query.promql.parse.ParseOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ExpressionChecksTest {
  private static final RuleChecks CHECKS =
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

  /**
   * File names that {@code promtool check rules} of Prometheus 3.5.3 refuses; that of legacy names
   * only where names must be legacy ones.
   */
  private static final Pattern REFUSED = Pattern.compile(".*\\.bad\\.yaml|invalid_rules\\.yaml");

  @Test
  void parse_referenceFiles_haveTheVerdictsOfPromtool() throws IOException {
    try (var paths = Files.walk(Reference.path("prometheus-rules"))) {
      for (Path path : paths.filter(p -> p.toString().endsWith(".yaml")).toList()) {
        String name = path.getFileName().toString();
        String text = Files.readString(path);
        var loader = RuleFileLoader.of(CHECKS, !name.startsWith("legacy_validation"));
        if (REFUSED.matcher(name).matches()) {
          assertThatThrownBy(() -> loader.parse(text, name))
              .as(name)
              .isInstanceOf(ConfigurationException.class);
        } else {
          assertThat(loader.parse(text, name).groups()).as(name).isNotEmpty();
        }
      }
    }
  }

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
    assertThatThrownBy(() -> RuleFileLoader.of(CHECKS, true).parse(text, "r.yml"))
        .hasMessageContaining("r.yml:7:20: groups[0].rules[0].expr: could not parse expression:");
  }
}
