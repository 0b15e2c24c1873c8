package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.Window;
import io.narthex.query.promql.histogram.HistogramMath;
import org.jspecify.annotations.Nullable;

/** The series of a sub-query: those of its expression, evaluated on a grid of their own. */
final class SubqueryRange implements RangeSource {
  private final Evaluation evaluation;
  private final Operand.Vector inner;
  private final TimeGrid innerGrid;
  private final Reach reach;
  private final long range;
  private final Column column;
  private final Expr site;

  SubqueryRange(
      Evaluation evaluation, Operand.Vector inner, TimeGrid innerGrid, Reach reach, long range) {
    this.evaluation = evaluation;
    this.inner = inner;
    this.innerGrid = innerGrid;
    this.reach = reach;
    this.range = range;
    site = evaluation.site();
    // The column, and times and values of the window.
    evaluation.reserveColumns(site, 1, innerGrid.steps());
    evaluation.reserve(2L * Long.BYTES * innerGrid.steps());
    column = new Column(innerGrid.steps());
  }

  /**
   * The steps of a sub-query: multiples of its interval after the beginning of the first range, up
   * to the end of the last.
   */
  static TimeGrid grid(
      Evaluation evaluation, TimeGrid outer, Reach reach, long range, long interval) {
    long after = reach.first(outer) - range;
    long start = (Math.floorDiv(after, interval) + 1) * interval;
    return TimeGrid.between(evaluation, start, reach.last(outer), interval).with(StepTally.NEVER);
  }

  private SubqueryRange(SubqueryRange other, Operand.Vector inner, Evaluation helper) {
    evaluation = helper;
    this.inner = inner;
    innerGrid = other.innerGrid;
    reach = other.reach;
    range = other.range;
    site = other.site;
    column = new Column(innerGrid.steps());
  }

  @Override
  public @Nullable RangeSource twin(Evaluation helper) {
    Operand.@Nullable Vector twin = inner.twin(helper);
    // The column, and times and values of the window.
    long bytes = Evaluation.columnBytes(innerGrid.steps()) + 2L * Long.BYTES * innerGrid.steps();
    return twin == null || !helper.mayReserve(bytes) ? null : new SubqueryRange(this, twin, helper);
  }

  @Override
  public int size() {
    return inner.size();
  }

  @Override
  public Labels labels(int series) {
    return inner.labels(series);
  }

  @Override
  public boolean dropsName(int series) {
    return inner.dropsName(series);
  }

  @Override
  public Reach reach() {
    return reach;
  }

  @Override
  public long range() {
    return range;
  }

  @Override
  public void load(int series, Window into) {
    column.clear();
    inner.evaluate(series, column);
    into.reset(inner.labels(series));
    evaluation.hold(site, innerGrid.steps());
    for (int step = 0; step < innerGrid.steps(); step++) {
      if (!column.has(step)) {
        continue;
      }
      @Nullable FloatHistogram histogram = column.histogram(step);
      if (histogram == null) {
        into.add(innerGrid.at(step), column.values()[step]);
      } else {
        into.add(innerGrid.at(step), withoutHint(histogram));
      }
    }
    evaluation.release(innerGrid.steps());
  }

  /** A sub-query may leave out or repeat samples, so what they say of resets does not hold. */
  private static FloatHistogram withoutHint(FloatHistogram histogram) {
    return histogram.hint() == ResetHint.GAUGE
        ? histogram
        : HistogramMath.withHint(histogram, ResetHint.UNKNOWN);
  }
}
