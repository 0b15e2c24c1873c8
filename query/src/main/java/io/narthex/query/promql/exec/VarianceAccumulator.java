package io.narthex.query.promql.exec;

import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;

/** {@code stdvar} and {@code stddev} of the population, by Welford's method. */
final class VarianceAccumulator extends FloatAccumulator {
  private final boolean deviation;
  private final int[][] counts;
  private final double[][] means;
  private final double[][] squares;

  VarianceAccumulator(AggregateOp op, Annotations annotations, Span span, int groups, int steps) {
    super(op, annotations, span);
    deviation = op == AggregateOp.STDDEV;
    counts = new int[groups][steps];
    means = new double[groups][steps];
    squares = new double[groups][steps];
  }

  @Override
  void addFloat(int group, int step, double value) {
    int count = ++counts[group][step];
    if (count == 1) {
      means[group][step] = value;
      squares[group][step] = Double.isNaN(value) || Double.isInfinite(value) ? Double.NaN : 0;
      return;
    }
    double delta = value - means[group][step];
    means[group][step] += delta / count;
    squares[group][step] += delta * (value - means[group][step]);
  }

  @Override
  public void finish(int group, Column out) {
    for (int step = 0; step < out.steps(); step++) {
      int count = counts[group][step];
      if (count > 0) {
        double variance = squares[group][step] / count;
        out.set(step, deviation ? Math.sqrt(variance) : variance);
      }
    }
  }
}
