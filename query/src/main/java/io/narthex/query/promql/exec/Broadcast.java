package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;
import org.jspecify.annotations.Nullable;

/** A vector evaluated at one step and given at all. */
final class Broadcast implements Operand.Vector {
  private final Operand.Vector input;
  private final Column single = new Column(1);

  Broadcast(Operand.Vector input) {
    this.input = input;
  }

  @Override
  public Operand.@Nullable Vector twin(Evaluation helper) {
    Operand.@Nullable Vector twin = input.twin(helper);
    return twin == null ? null : new Broadcast(twin);
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
    return input.dropsName(series);
  }

  @Override
  public void evaluate(int series, Column out) {
    single.clear();
    input.evaluate(series, single);
    if (single.has(0)) {
      for (int step = 0; step < out.steps(); step++) {
        out.copy(step, single, 0);
      }
    }
  }
}
