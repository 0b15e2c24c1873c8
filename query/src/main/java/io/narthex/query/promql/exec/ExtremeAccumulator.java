package io.narthex.query.promql.exec;

import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;

/** {@code min} and {@code max}; any number is better than NaN. */
final class ExtremeAccumulator extends FloatAccumulator {
  private final boolean max;
  private final Column[] best;

  ExtremeAccumulator(AggregateOp op, Annotations annotations, Span span, int groups, int steps) {
    super(op, annotations, span);
    max = op == AggregateOp.MAX;
    best = new Column[groups];
    for (int group = 0; group < groups; group++) {
      best[group] = new Column(steps);
    }
  }

  @Override
  void addFloat(int group, int step, double value) {
    Column column = best[group];
    double before = column.values()[step];
    boolean better = max ? before < value : before > value;
    if (better || Double.isNaN(before) || !column.has(step)) {
      column.set(step, value);
    }
  }

  @Override
  public void finish(int group, Column out) {
    out.copyFrom(best[group]);
  }
}
