package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;

/** A scalar as the one element, without labels, of a vector. */
record Constant(double[] values) implements Operand.Vector {
  @Override
  public Operand.Vector twin(Evaluation helper) {
    return this;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public Labels labels(int series) {
    return Labels.EMPTY;
  }

  @Override
  public void evaluate(int series, Column out) {
    System.arraycopy(values, 0, out.values(), 0, values.length);
    out.presentEverywhere();
  }
}
