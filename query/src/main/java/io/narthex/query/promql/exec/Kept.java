package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A vector that several parts of a query read: what was evaluated for the first of them is kept for
 * the others.
 */
final class Kept implements Operand.Vector {
  /** What is kept of each series, besides its column. */
  private static final long SERIES_BYTES = 48;

  private final Operand.Vector input;
  private final Evaluation evaluation;
  private final AtomicReferenceArray<@Nullable Series> kept;

  /**
   * A series that was evaluated.
   *
   * @param total samples that were looked at for it
   */
  private record Series(Column column, long total) {}

  private Kept(
      Operand.Vector input, Evaluation evaluation, AtomicReferenceArray<@Nullable Series> kept) {
    this.input = input;
    this.evaluation = evaluation;
    this.kept = kept;
  }

  /** Keeps a vector; null if that would take too much of what the query may hold. */
  static @Nullable Kept of(Operand.Vector input, Evaluation evaluation, int steps) {
    long bytes = input.size() * (SERIES_BYTES + Evaluation.columnBytes(steps));
    return evaluation.mayKeep(bytes)
        ? new Kept(input, evaluation, new AtomicReferenceArray<>(input.size()))
        : null;
  }

  @Override
  public Operand.@Nullable Vector twin(Evaluation helper) {
    Operand.@Nullable Vector twin = input.twin(helper);
    return twin == null ? null : new Kept(twin, helper, kept);
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
    var before = kept.get(series);
    if (before != null) {
      out.copyFrom(before.column);
      evaluation.countAgain(before.total);
      return;
    }
    long total = evaluation.totalSamples();
    input.evaluate(series, out);
    if (out.hasHistograms() && !evaluation.mayKeep(histogramBytes(out))) {
      return; // evaluated again where it is read again
    }
    var column = new Column(out.steps());
    column.copyFrom(out);
    kept.set(series, new Series(column, evaluation.totalSamples() - total));
  }

  private static long histogramBytes(Column column) {
    return (long) Long.BYTES * column.steps() + column.histogramBytes();
  }
}
