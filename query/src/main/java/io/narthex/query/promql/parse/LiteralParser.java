package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.Expr.NumberLiteral;
import io.narthex.query.promql.ast.Span;

/** Reads number and duration literals. */
final class LiteralParser {
  private final TokenStream tokens;
  private final ParseProblems problems;

  LiteralParser(TokenStream tokens, ParseProblems problems) {
    this.tokens = tokens;
    this.problems = problems;
  }

  boolean isNumber() {
    return tokens.is(TokenType.NUMBER) || tokens.is(TokenType.DURATION);
  }

  boolean isSign() {
    return tokens.is(TokenType.ADD) || tokens.is(TokenType.SUB);
  }

  /** Reads a literal; the token must be one. A bad one is noted and counts as 0. */
  NumberLiteral number() {
    boolean duration = tokens.is(TokenType.DURATION);
    Span span = tokens.span();
    double value = 0;
    try {
      value = duration ? duration() : Numbers.parse(tokens.text());
    } catch (IllegalArgumentException e) {
      problems.syntax(span, String.valueOf(e.getMessage()));
    }
    tokens.advance();
    return new NumberLiteral(value, duration, span);
  }

  /**
   * Reads a literal with or without a sign.
   *
   * @throws SyntaxStop if there is none
   */
  double signedNumber() {
    boolean negative = tokens.is(TokenType.SUB);
    if (isSign()) {
      tokens.advance();
    }
    if (!isNumber()) {
      throw tokens.unexpected();
    }
    double value = number().value();
    return negative ? -value : value;
  }

  private double duration() {
    return Numbers.seconds(DurationText.parse(tokens.text()));
  }
}
