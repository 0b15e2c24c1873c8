package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;
import java.util.ArrayList;
import java.util.List;

/** A vector that is held as a whole, in an order of its own. */
final class Materialized implements Operand.Vector {
  private final Evaluation evaluation;
  private final List<Labels> labels = new ArrayList<>();
  private final List<Column> columns = new ArrayList<>();
  private final List<Boolean> dropsName = new ArrayList<>();

  Materialized(Evaluation evaluation) {
    this.evaluation = evaluation;
  }

  /** Evaluates all series of a vector; those without anything are left out. */
  static Materialized of(Evaluation evaluation, Operand.Vector input, int steps) {
    var all = new Materialized(evaluation);
    Sweep.over(
        evaluation,
        input,
        steps,
        (i, column) -> {
          if (column.isEmpty()) {
            return false;
          }
          all.add(input.labels(i), input.dropsName(i), column);
          return true;
        });
    return all;
  }

  /** Takes over a column. */
  void add(Labels series, boolean drops, Column column) {
    evaluation.holdColumn(series, column);
    labels.add(series);
    dropsName.add(drops);
    columns.add(column);
  }

  Column column(int series) {
    return columns.get(series);
  }

  @Override
  public Operand.Vector twin(Evaluation helper) {
    return this; // nothing is added any more
  }

  @Override
  public int size() {
    return columns.size();
  }

  @Override
  public Labels labels(int series) {
    return labels.get(series);
  }

  @Override
  public boolean dropsName(int series) {
    return dropsName.get(series);
  }

  @Override
  public void evaluate(int series, Column out) {
    out.copyFrom(columns.get(series));
  }
}
