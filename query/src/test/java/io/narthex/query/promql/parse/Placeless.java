package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.DurationExpr;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.TimeModifier;

/** Trees without what the reference tables do not tell: where literal durations stand. */
final class Placeless {
  private static final Span NOWHERE = new Span(0, 0);

  private Placeless() {}

  static Expr of(Expr expr) {
    return TreeCopy.of(expr, new TreeCopy.Places(span -> span, Placeless::duration));
  }

  /** Without any position. */
  static Expr anywhere(Expr expr) {
    return TreeCopy.of(expr, new TreeCopy.Places(span -> NOWHERE, Placeless::anywhere));
  }

  private static DurationValue duration(DurationValue value) {
    if (value instanceof DurationValue.Expression e
        && e.expr() instanceof DurationExpr.Operation o
        && isMinMaxInside(o)) {
      return anywhere(value);
    }
    return value instanceof DurationValue.Literal literal
        ? new DurationValue.Literal(literal.millis(), NOWHERE)
        : value;
  }

  /** Upstream notes the end of the second argument as the end of {@code -min_of(a, b)}. */
  private static boolean isMinMaxInside(DurationExpr.Operation o) {
    return o.left() == null
        && o.right() instanceof DurationExpr.Operation inner
        && (inner.op() == DurationExpr.Op.MIN || inner.op() == DurationExpr.Op.MAX);
  }

  private static DurationValue anywhere(DurationValue value) {
    if (value instanceof DurationValue.Literal literal) {
      return new DurationValue.Literal(literal.millis(), NOWHERE);
    }
    return new DurationValue.Expression(
        anywhere(((DurationValue.Expression) value).expr()), NOWHERE);
  }

  private static DurationExpr anywhere(DurationExpr expr) {
    if (expr instanceof DurationExpr.Literal l) {
      return new DurationExpr.Literal(l.seconds(), l.duration(), NOWHERE);
    }
    if (expr instanceof DurationExpr.Step) {
      return new DurationExpr.Step(NOWHERE);
    }
    if (expr instanceof DurationExpr.Range) {
      return new DurationExpr.Range(NOWHERE);
    }
    var o = (DurationExpr.Operation) expr;
    return new DurationExpr.Operation(
        o.op(),
        o.left() == null ? null : anywhere(o.left()),
        anywhere(o.right()),
        o.wrapped(),
        NOWHERE);
  }

  /** Whether two modifiers say the same. */
  static TimeModifier time(TimeModifier time, TreeCopy.Places places) {
    return new TimeModifier(
        time.offset() == null ? null : places.durations().apply(time.offset()), time.at());
  }
}
