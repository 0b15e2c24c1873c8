package io.narthex.query.promql.exec;

import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;

/** Aggregations that ignore histograms, with a note. */
abstract class FloatAccumulator implements Accumulator {
  private final AggregateOp op;
  private final Annotations annotations;
  private final Span span;

  FloatAccumulator(AggregateOp op, Annotations annotations, Span span) {
    this.op = op;
    this.annotations = annotations;
    this.span = span;
  }

  abstract void addFloat(int group, int step, double value);

  @Override
  public final void add(int group, Column series, Operand.Vector input, int place) {
    long[] present = series.present();
    for (int word = 0; word < present.length; word++) {
      for (long bits = present[word]; bits != 0; bits &= bits - 1) {
        int step = (word << 6) + Long.numberOfTrailingZeros(bits);
        if (series.hasHistograms() && series.histogram(step) != null) {
          annotations.info(Notes.histogramIgnored(op.text()), span);
        } else {
          addFloat(group, step, series.values()[step]);
        }
      }
    }
  }
}
