package io.narthex.query.promql.exec;

import io.narthex.query.promql.ast.Expr;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first selector of an expression, as it is read from left to right. */
final class FirstSelector {
  private FirstSelector() {}

  static Expr.@Nullable VectorSelector of(Expr expr) {
    if (expr instanceof Expr.VectorSelector selector) {
      return selector;
    }
    if (expr instanceof Expr.MatrixSelector selector) {
      return selector.vector();
    }
    for (Expr child : children(expr)) {
      Expr.VectorSelector found = of(child);
      if (found != null) {
        return found;
      }
    }
    return null;
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
