package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.function.Column;

/** An aggregation that gives one element for each group; streams over its input. */
final class Aggregation implements Operand.Vector {
  private final Evaluation evaluation;
  private final Operand.Vector input;
  private final Grouping grouping;
  private final Accumulator accumulator;
  private final int steps;
  private final Expr site;
  private boolean accumulated;

  Aggregation(
      Evaluation evaluation,
      Operand.Vector input,
      Grouping grouping,
      Accumulator accumulator,
      int steps) {
    this.evaluation = evaluation;
    this.input = input;
    this.grouping = grouping;
    this.accumulator = accumulator;
    this.steps = steps;
    site = evaluation.site();
  }

  @Override
  public int size() {
    return grouping.size();
  }

  @Override
  public Labels labels(int series) {
    return grouping.labels(series);
  }

  @Override
  public boolean dropsName(int series) {
    return grouping.dropsName(series);
  }

  @Override
  public void evaluate(int series, Column out) {
    if (!accumulated) {
      accumulated = true;
      evaluation.hold(site, (long) grouping.size() * steps);
      Sweep.over(
          evaluation,
          input,
          steps,
          (i, column) -> {
            accumulator.add(grouping.group(i), column, input, i);
            return false;
          });
    }
    accumulator.finish(series, out);
  }
}
