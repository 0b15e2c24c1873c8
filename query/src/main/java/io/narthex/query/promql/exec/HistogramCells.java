package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.histogram.HistogramTotal;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The histograms of an aggregation by group and step; nothing is allocated until one comes. */
final class HistogramCells {
  private final Function<FloatHistogram, HistogramTotal> factory;
  private final Annotations annotations;
  private final Span span;
  private final int steps;
  private final @Nullable Cell[][] cells;

  private static final class Cell {
    private final HistogramTotal total;
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
      Annotations annotations,
      Span span,
      int groups,
      int steps) {
    this.factory = factory;
    this.annotations = annotations;
    this.span = span;
    this.steps = steps;
    cells = new Cell[groups][];
  }

  void add(int group, int step, FloatHistogram histogram, String metric) {
    if (cells[group] == null) {
      cells[group] = new Cell[steps];
    }
    Cell cell = cells[group][step];
    if (cell == null) {
      cell = new Cell(factory.apply(histogram));
      cell.see(histogram.hint());
      cells[group][step] = cell;
    } else if (!cell.incompatible) {
      cell.see(histogram.hint());
      if (cell.total.accepts(histogram)) {
        cell.total.add(histogram);
      } else {
        cell.incompatible = true;
        annotations.warn(Notes.mixedSchemas(metric), span);
      }
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
      annotations.warn(Notes.conflictingResets(Notes.Operation.AGGREGATION), span);
    }
    if (cell.total.boundsReconciled()) {
      annotations.info(Notes.boundsReconciled(Notes.Operation.AGGREGATION), span);
    }
    return cell.total.total();
  }

  /** Notes that floats and histograms met in a cell. */
  void noteMix() {
    annotations.warn(Notes.MIXED_IN_AGGREGATION, span);
  }
}
