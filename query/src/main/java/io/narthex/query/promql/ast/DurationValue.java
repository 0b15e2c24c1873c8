package io.narthex.query.promql.ast;

/**
 * A duration as it stands in a range, an offset or a step: a literal, or an expression that is
 * computed per query.
 */
public sealed interface DurationValue {
  Span span();

  /** A duration in milliseconds; negative only as an offset. */
  record Literal(long millis, Span span) implements DurationValue {}

  /** A computation. */
  record Expression(DurationExpr expr, Span span) implements DurationValue {}
}
