package io.narthex.query.promql.exec;

import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.Quantiles;
import java.util.Arrays;

/** {@code quantile}: holds all values of each group and step. */
final class QuantileAccumulator extends FloatAccumulator {
  private final Evaluation evaluation;
  private final Expr site;
  private final double[] quantiles;
  private final double[][][] values;
  private final int[][] counts;

  QuantileAccumulator(
      Evaluation evaluation, Annotations annotations, Span span, int groups, double[] quantiles) {
    super(AggregateOp.QUANTILE, annotations, span);
    this.evaluation = evaluation;
    site = evaluation.site();
    this.quantiles = quantiles;
    evaluation.reserve(groups * (64 + 12L * quantiles.length));
    values = new double[groups][quantiles.length][];
    counts = new int[groups][quantiles.length];
  }

  @Override
  void addFloat(int group, int step, double value) {
    double[] list = values[group][step];
    int count = counts[group][step];
    if (list == null) {
      list = new double[4];
      evaluation.hold(site, 4);
      values[group][step] = list;
    } else if (count == list.length) {
      evaluation.hold(site, count);
      list = Arrays.copyOf(list, 2 * count);
      values[group][step] = list;
    }
    list[count] = value;
    counts[group][step] = count + 1;
  }

  @Override
  public void finish(int group, Column out) {
    for (int step = 0; step < quantiles.length; step++) {
      int count = counts[group][step];
      if (count > 0) {
        out.set(step, Quantiles.of(quantiles[step], values[group][step], count));
      }
    }
  }
}
