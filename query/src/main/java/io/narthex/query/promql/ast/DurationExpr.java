package io.narthex.query.promql.ast;

import org.jspecify.annotations.Nullable;

/**
 * Arithmetic on durations, in seconds, whose value is known when the query's range and step are.
 */
public sealed interface DurationExpr {
  Span span();

  /** A number of seconds, perhaps written as a duration. */
  record Literal(double seconds, boolean duration, Span span) implements DurationExpr {}

  /** {@code step()}: the query's step. */
  record Step(Span span) implements DurationExpr {}

  /** {@code range()}: the query's end less its start. */
  record Range(Span span) implements DurationExpr {}

  /**
   * An operation.
   *
   * @param left null for a sign
   * @param wrapped whether it stood in parentheses, for printing
   */
  record Operation(
      Op op, @Nullable DurationExpr left, DurationExpr right, boolean wrapped, Span span)
      implements DurationExpr {}

  /** Operators of duration expressions. */
  enum Op {
    ADD("+"),
    SUB("-"),
    MUL("*"),
    DIV("/"),
    MOD("%"),
    POW("^"),
    MIN("min_of"),
    MAX("max_of");

    private final String text;

    Op(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }
}
