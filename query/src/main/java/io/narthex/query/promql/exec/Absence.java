package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;

/** One series with the value 1 wherever no series of a vector has anything. */
final class Absence implements Operand.Vector {
  private final Labels labels;
  private final Operand.Vector input;
  private final Column scratch;
  private final boolean dropsName;

  Absence(Labels labels, Operand.Vector input, int steps, boolean dropsName) {
    this.labels = labels;
    this.input = input;
    this.dropsName = dropsName;
    scratch = new Column(steps);
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public Labels labels(int series) {
    return labels;
  }

  @Override
  public boolean dropsName(int series) {
    return dropsName;
  }

  @Override
  public void evaluate(int series, Column out) {
    long[] anywhere = new long[out.present().length];
    for (int i = 0; i < input.size(); i++) {
      scratch.clear();
      input.evaluate(i, scratch);
      for (int word = 0; word < anywhere.length; word++) {
        anywhere[word] |= scratch.present()[word];
      }
    }
    for (int step = 0; step < out.steps(); step++) {
      if ((anywhere[step >>> 6] & (1L << step)) == 0) {
        out.set(step, 1);
      }
    }
  }
}
