package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.histogram.HistogramMath;
import io.narthex.query.promql.histogram.HistogramSum;
import io.narthex.query.promql.histogram.HistogramTrim;
import org.jspecify.annotations.Nullable;

/** A binary operator on two columns, step by step. */
final class ElementOperation {
  private final BinaryOp op;
  private final boolean returnBool;
  private final Annotations annotations;
  private final Span span;

  ElementOperation(BinaryOp op, boolean returnBool, Annotations annotations, Span span) {
    this.op = op;
    this.returnBool = returnBool;
    this.annotations = annotations;
    this.span = span;
  }

  /** The same with notes of its own, for another thread. */
  ElementOperation noting(Annotations other) {
    return new ElementOperation(op, returnBool, other, span);
  }

  /** Whether the result is another quantity than the operands, so that names go. */
  boolean changesSchema() {
    return op.kind() == BinaryOp.Kind.ARITHMETIC;
  }

  boolean returnsBool() {
    return returnBool;
  }

  /**
   * Computes the steps that both sides have.
   *
   * @param out empty, and neither of the operands
   * @param keepRight whether a comparison keeps the right value, not the left one
   * @return the steps at which the operation was possible, whether or not a comparison kept them
   */
  long[] apply(Column left, Column right, Column out, boolean keepRight) {
    if (!left.hasHistograms() && !right.hasHistograms() && op.kind() != BinaryOp.Kind.TRIM) {
      return floats(left, right, out, keepRight);
    }
    long[] possible = new long[out.present().length];
    for (int step = 0; step < out.steps(); step++) {
      if (left.has(step) && right.has(step) && element(left, right, step, out, keepRight)) {
        possible[step >>> 6] |= 1L << step;
      }
    }
    return possible;
  }

  private long[] floats(Column left, Column right, Column out, boolean keepRight) {
    int steps = out.steps();
    long[] both = new long[out.present().length];
    for (int word = 0; word < both.length; word++) {
      both[word] = left.present()[word] & right.present()[word];
    }
    if (op.isComparison()) {
      for (int step = 0; step < steps; step++) {
        if ((both[step >>> 6] & (1L << step)) != 0) {
          boolean holds = BinaryFloats.compare(op, left.values()[step], right.values()[step]);
          if (returnBool) {
            out.set(step, holds ? 1 : 0);
          } else if (holds) {
            out.set(step, keepRight ? right.values()[step] : left.values()[step]);
          }
        }
      }
    } else {
      BinaryFloats.arithmetic(op, left.values(), right.values(), out.values(), steps);
      System.arraycopy(both, 0, out.present(), 0, both.length);
    }
    return both;
  }

  private boolean element(Column left, Column right, int step, Column out, boolean keepRight) {
    @Nullable FloatHistogram a = left.histogram(step);
    @Nullable FloatHistogram b = right.histogram(step);
    double x = left.values()[step];
    double y = right.values()[step];
    if (a == null && b == null) {
      if (op.kind() == BinaryOp.Kind.TRIM) {
        return incompatible("float", "float");
      }
      if (op.isComparison()) {
        compared(BinaryFloats.compare(op, x, y), keepRight ? right : left, step, out);
      } else {
        out.set(step, BinaryFloats.arithmetic(op, x, y));
      }
      return true;
    }
    if (a == null && b != null) {
      if (op == BinaryOp.MUL) {
        out.set(step, HistogramMath.compact(HistogramMath.multiply(b, x)));
        return true;
      }
      return incompatible("float", "histogram");
    }
    if (a != null && b == null) {
      return histogramWithFloat(a, y, step, out);
    }
    return a != null && b != null && histograms(a, b, step, out);
  }

  private boolean histogramWithFloat(FloatHistogram a, double y, int step, Column out) {
    switch (op) {
      case MUL -> out.set(step, HistogramMath.compact(HistogramMath.multiply(a, y)));
      case DIV -> out.set(step, HistogramMath.compact(HistogramMath.divide(a, y)));
      case TRIM_UPPER -> out.set(step, HistogramTrim.below(a, y));
      case TRIM_LOWER -> out.set(step, HistogramTrim.above(a, y));
      default -> {
        return incompatible("histogram", "float");
      }
    }
    return true;
  }

  private boolean histograms(FloatHistogram a, FloatHistogram b, int step, Column out) {
    switch (op) {
      case ADD, SUB -> {
        return combine(a, b, step, out);
      }
      case EQUAL, NOT_EQUAL -> {
        boolean holds = HistogramMath.equal(a, b) == (op == BinaryOp.EQUAL);
        if (returnBool) {
          out.set(step, holds ? 1 : 0);
        } else if (holds) {
          out.set(step, a);
        }
        return true;
      }
      default -> {
        return incompatible("histogram", "histogram");
      }
    }
  }

  private boolean combine(FloatHistogram a, FloatHistogram b, int step, Column out) {
    var sum = new HistogramSum(a, false);
    if (!sum.accepts(b)) {
      annotations.warn(Notes.incompatibleLayout(op.text()), span);
      return false;
    }
    boolean adds = op == BinaryOp.ADD;
    if (adds) {
      sum.add(b);
    } else {
      sum.subtract(b);
      sum.hint(ResetHint.GAUGE);
    }
    var operation = adds ? Notes.Operation.ADDITION : Notes.Operation.SUBTRACTION;
    if (sum.conflictingResets()) {
      annotations.warn(Notes.conflictingResets(operation), span);
    }
    if (sum.boundsReconciled()) {
      annotations.info(Notes.boundsReconciled(operation), span);
    }
    out.set(step, sum.result(true));
    return true;
  }

  private void compared(boolean holds, Column kept, int step, Column out) {
    if (returnBool) {
      out.set(step, holds ? 1 : 0);
    } else if (holds) {
      out.copy(step, kept, step);
    }
  }

  /** Notes that the operands do not go together; there is no result then. */
  private boolean incompatible(String left, String right) {
    annotations.info(Notes.incompatibleTypes(left, op.text(), right), span);
    return false;
  }
}
