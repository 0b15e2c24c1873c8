package io.narthex.operators.rules.plan;

import io.narthex.operators.template.AlertTemplates;
import io.narthex.pipeline.config.rules.RuleChecks;
import io.narthex.query.promql.parse.ParseOptions;
import java.util.List;

/**
 * Checks expressions and templates of rule files as they are read when rules are evaluated.
 *
 * @param parsing what expressions may use
 */
public record RuleFileChecks(ParseOptions parsing) implements RuleChecks {
  @Override
  public List<Problem> expression(String text) {
    return ExpressionChecks.of(text, parsing);
  }

  @Override
  public List<Problem> template(String name, String text) {
    return AlertTemplates.problems(name, text);
  }
}
