package io.narthex.query.promql.plan;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.ast.DurationExpr;
import io.narthex.query.promql.ast.DurationValue;
import org.jspecify.annotations.Nullable;

/**
 * Computes durations of a query.
 *
 * @param stepSeconds the query's step
 * @param rangeSeconds its end less its start
 */
public record Durations(double stepSeconds, double rangeSeconds) {
  private static final double MOST_SECONDS = Long.MAX_VALUE / 1e9;

  /** A range or the step of a sub-query in milliseconds, which must be positive. */
  public long positive(DurationValue duration) {
    long millis = millis(duration);
    if (millis <= 0) {
      throw new FaultException(Fault.BAD_DATA, at(duration) + "duration must be greater than 0");
    }
    return millis;
  }

  /** An offset in milliseconds. */
  public long millis(DurationValue duration) {
    if (duration instanceof DurationValue.Literal literal) {
      return literal.millis();
    }
    double seconds = seconds(((DurationValue.Expression) duration).expr());
    if (Double.isNaN(seconds) || Math.abs(seconds) > MOST_SECONDS) {
      throw new FaultException(Fault.BAD_DATA, at(duration) + "duration out of range");
    }
    return (long) (seconds * 1000);
  }

  private double seconds(DurationExpr expr) {
    if (expr instanceof DurationExpr.Literal literal) {
      return literal.seconds();
    }
    if (expr instanceof DurationExpr.Step) {
      return stepSeconds;
    }
    if (expr instanceof DurationExpr.Range) {
      return rangeSeconds;
    }
    var operation = (DurationExpr.Operation) expr;
    double right = seconds(operation.right());
    @Nullable DurationExpr first = operation.left();
    return first == null ? sign(operation.op(), right) : apply(operation, seconds(first), right);
  }

  private static double sign(DurationExpr.Op op, double value) {
    return op == DurationExpr.Op.SUB ? -value : value;
  }

  private static double apply(DurationExpr.Operation operation, double left, double right) {
    return switch (operation.op()) {
      case ADD -> left + right;
      case SUB -> left - right;
      case MUL -> left * right;
      case DIV -> {
        refuseZero(operation, right, "division by zero");
        yield left / right;
      }
      case MOD -> {
        refuseZero(operation, right, "modulo by zero");
        yield left % right;
      }
      case POW -> Math.pow(left, right);
      case MIN -> Math.min(left, right);
      case MAX -> Math.max(left, right);
    };
  }

  private static void refuseZero(DurationExpr.Operation operation, double divisor, String message) {
    if (divisor == 0) {
      throw new FaultException(
          Fault.BAD_DATA, "character " + operation.span().start() + ": " + message);
    }
  }

  private static String at(DurationValue duration) {
    return "character " + duration.span().start() + ": ";
  }
}
