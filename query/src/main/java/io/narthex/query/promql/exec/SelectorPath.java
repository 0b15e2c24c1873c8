package io.narthex.query.promql.exec;

import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.TimeModifier;
import java.util.ArrayList;
import java.util.List;

/** The way to the first selector of an expression, as it is read from left to right. */
final class SelectorPath {
  private SelectorPath() {}

  /** Time modifiers of the sub-queries around the first selector, then its own; outermost first. */
  static List<TimeModifier> of(Expr expr) {
    if (expr instanceof Expr.VectorSelector selector) {
      return List.of(selector.time());
    }
    if (expr instanceof Expr.MatrixSelector selector) {
      return List.of(selector.vector().time());
    }
    for (Expr child : children(expr)) {
      List<TimeModifier> inner = of(child);
      if (!inner.isEmpty()) {
        var path = new ArrayList<TimeModifier>();
        if (expr instanceof Expr.Subquery subquery) {
          path.add(subquery.time());
        }
        path.addAll(inner);
        return path;
      }
    }
    return List.of();
  }

  private static List<Expr> children(Expr expr) {
    if (expr instanceof Expr.Subquery subquery) {
      return List.of(subquery.expr());
    }
    if (expr instanceof Expr.Unary unary) {
      return List.of(unary.expr());
    }
    if (expr instanceof Expr.Binary binary) {
      return List.of(binary.left(), binary.right());
    }
    if (expr instanceof Expr.Aggregate aggregate) {
      return List.of(aggregate.expr());
    }
    if (expr instanceof Expr.Call call) {
      return call.arguments();
    }
    if (expr instanceof Expr.Paren paren) {
      return List.of(paren.expr());
    }
    return expr instanceof Expr.StepInvariant invariant ? List.of(invariant.expr()) : List.of();
  }
}
