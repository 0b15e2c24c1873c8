package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;
import org.jspecify.annotations.Nullable;

/** A vector whose columns are changed one by one, with the series staying what they are. */
final class ColumnFunction implements Operand.Vector {
  /** Changes a column in place. Has no state: threads may share it. */
  @FunctionalInterface
  interface Change {
    void apply(Column column);
  }

  private final Operand.Vector input;
  private final boolean dropsName;
  private final Change change;

  /**
   * @param dropsName whether the result is something else than the metric was
   */
  ColumnFunction(Operand.Vector input, boolean dropsName, Change change) {
    this.input = input;
    this.dropsName = dropsName;
    this.change = change;
  }

  @Override
  public Operand.@Nullable Vector twin(Evaluation helper) {
    Operand.@Nullable Vector twin = input.twin(helper);
    return twin == null ? null : new ColumnFunction(twin, dropsName, change);
  }

  @Override
  public int size() {
    return input.size();
  }

  @Override
  public Labels labels(int series) {
    return input.labels(series);
  }

  @Override
  public boolean dropsName(int series) {
    return dropsName || input.dropsName(series);
  }

  @Override
  public void evaluate(int series, Column out) {
    input.evaluate(series, out);
    change.apply(out);
  }
}
