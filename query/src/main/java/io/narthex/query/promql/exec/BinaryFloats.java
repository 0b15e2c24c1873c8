package io.narthex.query.promql.exec;

import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.function.Maths;

/** Binary operators on floats. */
public final class BinaryFloats {
  private BinaryFloats() {}

  /** The value of an arithmetic operator, or 1 or 0 for a comparison. */
  public static double scalar(BinaryOp op, double left, double right) {
    return op.isComparison() ? (compare(op, left, right) ? 1 : 0) : arithmetic(op, left, right);
  }

  /** The value of an arithmetic operator. */
  public static double arithmetic(BinaryOp op, double left, double right) {
    return switch (op) {
      case ADD -> left + right;
      case SUB -> left - right;
      case MUL -> left * right;
      case DIV -> left / right;
      case MOD -> Maths.remainder(left, right);
      case POW -> pow(left, right);
      case ATAN2 -> StrictMath.atan2(left, right);
      default -> throw new IllegalArgumentException("no arithmetic operator: " + op);
    };
  }

  /** Whether a comparison holds. */
  public static boolean compare(BinaryOp op, double left, double right) {
    return switch (op) {
      case EQUAL -> left == right;
      case NOT_EQUAL -> left != right;
      case LESS -> left < right;
      case LESS_OR_EQUAL -> left <= right;
      case GREATER -> left > right;
      case GREATER_OR_EQUAL -> left >= right;
      default -> throw new IllegalArgumentException("no comparison: " + op);
    };
  }

  /** Computes {@code out[i] = left[i] op right[i]} for all steps, present or not. */
  static void arithmetic(BinaryOp op, double[] left, double[] right, double[] out, int size) {
    switch (op) {
      case ADD -> {
        for (int i = 0; i < size; i++) {
          out[i] = left[i] + right[i];
        }
      }
      case SUB -> {
        for (int i = 0; i < size; i++) {
          out[i] = left[i] - right[i];
        }
      }
      case MUL -> {
        for (int i = 0; i < size; i++) {
          out[i] = left[i] * right[i];
        }
      }
      case DIV -> {
        for (int i = 0; i < size; i++) {
          out[i] = left[i] / right[i];
        }
      }
      default -> {
        for (int i = 0; i < size; i++) {
          out[i] = arithmetic(op, left[i], right[i]);
        }
      }
    }
  }

  /** As C and Go: 1 to any power, and −1 to an infinite one, is 1. */
  private static double pow(double base, double exponent) {
    return base == 1 || (base == -1 && Double.isInfinite(exponent)) ? 1 : Math.pow(base, exponent);
  }
}
