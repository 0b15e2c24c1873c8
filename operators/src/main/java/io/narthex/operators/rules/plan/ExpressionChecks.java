package io.narthex.operators.rules.plan;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.config.rules.RuleChecks.Problem;
import io.narthex.query.promql.parse.ParseError;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import java.util.List;

/** Tells the loader of rule files what is wrong with expressions. */
public final class ExpressionChecks {
  private ExpressionChecks() {}

  /**
   * What is wrong with an expression, as {@link
   * io.narthex.pipeline.config.rules.RuleChecks#expression} says it.
   *
   * @param parsing what expressions may use
   */
  public static List<Problem> of(String expression, ParseOptions parsing) {
    return PromqlParser.problems(expression, parsing).stream()
        .map(error -> new Problem(chars(expression, error), error.message()))
        .toList();
  }

  /** Spans count bytes of the UTF-8 form; problems count {@code char}s. */
  private static int chars(String expression, ParseError error) {
    byte[] bytes = expression.getBytes(UTF_8);
    int start = Math.min(error.span().start(), bytes.length);
    return new String(bytes, 0, start, UTF_8).length();
  }
}
