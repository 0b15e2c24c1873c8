package io.narthex.query.promql.print;

import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.DurationExpr;
import io.narthex.query.promql.ast.DurationValue;

/** Writes duration expressions. */
final class DurationPrinter {
  private DurationPrinter() {}

  static StringBuilder append(StringBuilder out, DurationExpr expr) {
    if (expr instanceof DurationExpr.Literal literal) {
      return ExprPrinter.appendNumber(out, literal.seconds(), literal.duration());
    }
    if (expr instanceof DurationExpr.Operation operation) {
      return operation.wrapped()
          ? bare(out.append('('), operation).append(')')
          : bare(out, operation);
    }
    return out.append(expr instanceof DurationExpr.Step ? "step()" : "range()");
  }

  /** Whether the operator is one of duration expressions too. */
  static boolean knows(BinaryOp op) {
    return switch (op) {
      case ADD, SUB, MUL, DIV, MOD, POW -> true;
      default -> false;
    };
  }

  /** Whether the duration would take in an operator that follows it. */
  static boolean beginsWithParen(DurationValue value) {
    return value instanceof DurationValue.Expression e && beginsWithParen(e.expr());
  }

  private static boolean beginsWithParen(DurationExpr expr) {
    if (!(expr instanceof DurationExpr.Operation o)) {
      return false;
    }
    DurationExpr left = o.left();
    boolean function = o.op() == DurationExpr.Op.MIN || o.op() == DurationExpr.Op.MAX;
    return o.wrapped() || (left != null && !function && beginsWithParen(left));
  }

  private static StringBuilder bare(StringBuilder out, DurationExpr.Operation o) {
    DurationExpr left = o.left();
    if (left == null) {
      return append(o.op() == DurationExpr.Op.SUB ? out.append('-') : out, o.right());
    }
    return switch (o.op()) {
      case MIN, MAX -> {
        append(out.append(o.op().text()).append('('), left).append(", ");
        yield append(out, o.right()).append(')');
      }
      default -> {
        append(out, left).append(' ').append(o.op().text()).append(' ');
        yield append(out, o.right());
      }
    };
  }
}
