package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.histogram.HistogramTotal;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The histograms of an aggregation by group and step; nothing is allocated until one comes. */
final class HistogramCells {
  private final Function<FloatHistogram, HistogramTotal> factory;
  private final Evaluation evaluation;
  private final Expr site;
  private final Span span;
  private final int steps;
  private final @Nullable Cell[][] cells;

  /** A cell without its total, and the reference to it. */
  private static final long CELL_BYTES = 40;

  private static final class Cell {
    private final HistogramTotal total;

    /** Bytes of the total that count as held. */
    private long counted;

    private boolean reset;
    private boolean notReset;
    private boolean incompatible;

    Cell(HistogramTotal total) {
      this.total = total;
    }

    void see(ResetHint hint) {
      reset |= hint == ResetHint.RESET;
      notReset |= hint == ResetHint.NOT_RESET;
    }
  }

  HistogramCells(
      Function<FloatHistogram, HistogramTotal> factory,
      Evaluation evaluation,
      Span span,
      int groups,
      int steps) {
    this.factory = factory;
    this.evaluation = evaluation;
    site = evaluation.site();
    this.span = span;
    this.steps = steps;
    cells = new Cell[groups][];
  }

  void add(int group, int step, FloatHistogram histogram, String metric) {
    if (cells[group] == null) {
      evaluation.reserve(site, (long) Long.BYTES * steps);
      cells[group] = new Cell[steps];
    }
    Cell cell = cells[group][step];
    if (cell == null) {
      evaluation.reserve(site, CELL_BYTES);
      cell = new Cell(factory.apply(histogram));
      count(cell);
      cell.see(histogram.hint());
      cells[group][step] = cell;
    } else if (!cell.incompatible) {
      cell.see(histogram.hint());
      if (cell.total.accepts(histogram)) {
        cell.total.add(histogram);
        count(cell);
      } else {
        cell.incompatible = true;
        evaluation.annotations().warn(Notes.mixedSchemas(metric), span);
      }
    }
  }

  /** Counts what a total has grown by. */
  private void count(Cell cell) {
    long size = cell.total.sizeInBytes();
    if (size > cell.counted) {
      evaluation.reserve(site, size - cell.counted);
      cell.counted = size;
    }
  }

  boolean hasGroup(int group) {
    return cells[group] != null;
  }

  boolean has(int group, int step) {
    return cells[group] != null && cells[group][step] != null;
  }

  /** The total of a cell; null if its histograms do not go together. */
  @Nullable FloatHistogram total(int group, int step) {
    Cell cell = cells[group][step];
    if (cell == null || cell.incompatible) {
      return null;
    }
    if (cell.reset && cell.notReset) {
      evaluation.annotations().warn(Notes.conflictingResets(Notes.Operation.AGGREGATION), span);
    }
    if (cell.total.boundsReconciled()) {
      evaluation.annotations().info(Notes.boundsReconciled(Notes.Operation.AGGREGATION), span);
    }
    return cell.total.total();
  }

  /** Notes that floats and histograms met in a cell. */
  void noteMix() {
    evaluation.annotations().warn(Notes.MIXED_IN_AGGREGATION, span);
  }
}
