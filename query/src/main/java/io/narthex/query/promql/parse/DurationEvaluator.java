package io.narthex.query.promql.parse;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.ast.DurationExpr;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ExprRewrite;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.TimeModifier;

/**
 * Computes duration expressions once the query's step and range are known.
 *
 * @param stepMillis what {@code step()} is
 * @param rangeMillis what {@code range()} is: the query's end less its start
 */
public record DurationEvaluator(long stepMillis, long rangeMillis) {

  /**
   * The same tree with a literal in the place of each computed duration.
   *
   * @throws FaultException {@code BAD_DATA} if a range or step is not above zero, or anything is
   *     divided by zero, not finite or out of range; with the bytes of the query where that is
   */
  public Expr resolve(Expr expr) {
    return expr.accept(new Rewriter(this));
  }

  /**
   * A duration in milliseconds.
   *
   * @param mayBeNegative whether it is an offset, which need not be above zero
   * @throws FaultException as {@link #resolve}
   */
  public long millis(DurationValue value, boolean mayBeNegative) {
    return value instanceof DurationValue.Literal literal
        ? literal.millis()
        : millis(((DurationValue.Expression) value).expr(), mayBeNegative);
  }

  long millis(DurationExpr expr, boolean mayBeNegative) {
    double seconds = seconds(expr);
    if (Double.isNaN(seconds) || Double.isInfinite(seconds)) {
      throw fault(expr, "duration is NaN or infinite");
    }
    if (seconds <= 0 && !mayBeNegative) {
      throw fault(expr, "duration must be greater than 0");
    }
    if (Numbers.tooLong(seconds)) {
      throw fault(expr, "duration is out of range");
    }
    return (long) (seconds * 1000);
  }

  private double seconds(DurationExpr expr) {
    if (expr instanceof DurationExpr.Literal literal) {
      return literal.seconds();
    }
    if (expr instanceof DurationExpr.Step) {
      return Numbers.seconds(stepMillis);
    }
    if (expr instanceof DurationExpr.Range) {
      return Numbers.seconds(rangeMillis);
    }
    return operation((DurationExpr.Operation) expr);
  }

  private double operation(DurationExpr.Operation o) {
    double left = o.left() == null ? 0 : seconds(o.left());
    double right = seconds(o.right());
    return switch (o.op()) {
      case ADD -> left + right;
      case SUB -> o.left() == null ? -right : left - right;
      case MUL -> left * right;
      case DIV -> left / nonZero(o, right, "division by zero");
      case MOD -> left % nonZero(o, right, "modulo by zero");
      case POW -> Math.pow(left, right);
      case MIN -> Math.min(left, right);
      case MAX -> Math.max(left, right);
    };
  }

  private static double nonZero(DurationExpr.Operation o, double divisor, String message) {
    if (divisor == 0) {
      throw fault(o, message);
    }
    return divisor;
  }

  private static FaultException fault(DurationExpr expr, String message) {
    Span span = expr.span();
    return new FaultException(Fault.BAD_DATA, span.start() + ":" + span.end() + ": " + message);
  }

  /** Copies a tree with its durations computed. */
  private static final class Rewriter extends ExprRewrite {
    private final DurationEvaluator durations;

    Rewriter(DurationEvaluator durations) {
      this.durations = durations;
    }

    @Override
    public Expr.VectorSelector vectorSelector(Expr.VectorSelector node) {
      return new Expr.VectorSelector(
          node.name(), node.matchers(), time(node.time()), node.extension(), node.span());
    }

    @Override
    public Expr matrixSelector(Expr.MatrixSelector node) {
      return new Expr.MatrixSelector(
          vectorSelector(node.vector()), literal(node.range(), false), node.span());
    }

    @Override
    public Expr subquery(Expr.Subquery node) {
      DurationValue step = node.step();
      return new Expr.Subquery(
          node.expr().accept(this),
          literal(node.range(), false),
          step == null ? null : literal(step, false),
          time(node.time()),
          node.span());
    }

    private TimeModifier time(TimeModifier time) {
      DurationValue offset = time.offset();
      return offset == null ? time : new TimeModifier(literal(offset, true), time.at());
    }

    private DurationValue literal(DurationValue value, boolean mayBeNegative) {
      return value instanceof DurationValue.Literal
          ? value
          : new DurationValue.Literal(durations.millis(value, mayBeNegative), value.span());
    }
  }
}
