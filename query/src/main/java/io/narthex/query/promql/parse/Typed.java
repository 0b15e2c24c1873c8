package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.ValueType;

/**
 * An expression with what the parser keeps at hand of it, so that no check has to walk the tree.
 *
 * @param height nodes on the longest way down
 * @param faulty a range over something that is no selector; noted already
 */
record Typed(Expr expr, ValueType type, int height, boolean faulty) {

  /** A node without children. */
  static Typed leaf(Expr expr, ValueType type) {
    return new Typed(expr, type, 1, false);
  }

  /** The same place in the tree with a changed node. */
  Typed with(Expr changed) {
    return new Typed(changed, type, height, faulty);
  }

  Span span() {
    return expr.span();
  }
}
