package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;
import org.jspecify.annotations.Nullable;

/** A binary operator between a vector and a scalar. */
final class VectorScalar implements Operand.Vector {
  private final Operand.Vector vector;
  private final Column scalar;
  private final boolean swapped;
  private final ElementOperation operation;
  private final Column scratch;

  /**
   * @param swapped whether the scalar stands on the left
   */
  VectorScalar(
      Operand.Vector vector, double[] scalar, boolean swapped, ElementOperation operation) {
    this.vector = vector;
    this.swapped = swapped;
    this.operation = operation;
    this.scalar = new Column(scalar.length);
    for (int step = 0; step < scalar.length; step++) {
      this.scalar.set(step, scalar[step]);
    }
    scratch = new Column(scalar.length);
  }

  private VectorScalar(VectorScalar other, Operand.Vector vector, Evaluation helper) {
    this.vector = vector;
    swapped = other.swapped;
    operation = other.operation.noting(helper.annotations());
    scalar = other.scalar;
    scratch = new Column(scalar.steps());
  }

  @Override
  public Operand.@Nullable Vector twin(Evaluation helper) {
    Operand.@Nullable Vector twin = vector.twin(helper);
    return twin == null ? null : new VectorScalar(this, twin, helper);
  }

  @Override
  public int size() {
    return vector.size();
  }

  @Override
  public Labels labels(int series) {
    return vector.labels(series);
  }

  @Override
  public boolean dropsName(int series) {
    return operation.changesSchema() || operation.returnsBool() || vector.dropsName(series);
  }

  @Override
  public void evaluate(int series, Column out) {
    scratch.clear();
    vector.evaluate(series, scratch);
    if (swapped) {
      operation.apply(scalar, scratch, out, true);
    } else {
      operation.apply(scratch, scalar, out, false);
    }
  }
}
