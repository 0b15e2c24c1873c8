package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.StepRanges;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An instant selector: at each step the newest sample that is not older than the lookback, unless
 * it is a stale marker.
 */
final class InstantSelector implements Operand.Vector {
  /** What of a sample is given. */
  enum Part {
    VALUE,
    /** The sample; of a histogram it is found out whether there was a reset before. */
    VALUE_WITH_HINT,
    /** Its timestamp, in seconds. */
    TIMESTAMP,
    /** Its timestamp, in seconds; histograms are refused. */
    INFO_TIMESTAMP,
    /** Its start timestamp, in seconds; 0 where it is unknown. */
    START_TIMESTAMP
  }

  private final Evaluation evaluation;
  private final TimeGrid grid;
  private final Reach reach;
  private final Part part;
  private final SeriesSelection selection;
  private final Expr site;
  private final SampleBuffer read;
  private final ResetHints hints;
  private final StepRanges.Kept kept;

  InstantSelector(
      Evaluation evaluation, TimeGrid grid, List<Matcher> matchers, Reach reach, Part part) {
    this.evaluation = evaluation;
    this.grid = grid;
    this.reach = reach;
    this.part = part;
    site = evaluation.site();
    read = evaluation.buffer();
    hints = new ResetHints(evaluation);
    kept =
        new StepRanges.Kept(
            reach.ranges(grid, evaluation.lookbackMillis()), evaluation.columnBudget());
    evaluation.reserve(StepRanges.bytes(grid.steps(), 1));
    selection =
        evaluation.select(
            matchers, reach.first(grid) - evaluation.lookbackMillis() + 1, reach.last(grid));
  }

  private InstantSelector(InstantSelector other, Evaluation helper, SampleBuffer buffer) {
    evaluation = helper;
    grid = other.grid;
    reach = other.reach;
    part = other.part;
    site = other.site;
    read = buffer;
    hints = new ResetHints(helper);
    kept = new StepRanges.Kept(reach.ranges(grid, helper.lookbackMillis()), helper.columnBudget());
    selection = other.selection;
  }

  @Override
  public Operand.@Nullable Vector twin(Evaluation helper) {
    helper.enter(site);
    @Nullable SampleBuffer buffer = helper.bufferLike(read);
    return buffer != null && helper.mayReserve(StepRanges.bytes(grid.steps(), 1))
        ? new InstantSelector(this, helper, buffer)
        : null;
  }

  @Override
  public int size() {
    return selection.size();
  }

  @Override
  public Labels labels(int series) {
    return selection.labels(series);
  }

  @Override
  public boolean dropsName(int series) {
    return part != Part.VALUE && part != Part.VALUE_WITH_HINT;
  }

  @Override
  public void evaluate(int series, Column out) {
    evaluation.checkpoint();
    long lookback = evaluation.lookbackMillis();
    read.clear();
    selection.read(series, reach.first(grid) - lookback, reach.last(grid), read);
    SampleBuffer buffer = part == Part.VALUE_WITH_HINT ? hints.resolve(read) : read;
    int rows = buffer.size();
    evaluation.countRead(rows);
    evaluation.look(site, rows);
    if (!dropsName(series) && !buffer.hasHistograms()) {
      takeFloats(buffer, out);
    } else {
      takeAnything(buffer, out, series);
    }
    evaluation.countTotal(grid, out.count());
    if (grid.tally().keepsSteps()) {
      for (int step = 0; step < grid.steps(); step++) {
        grid.tally().add(step, out.has(step) ? 1 : 0);
      }
    }
  }

  private void takeFloats(SampleBuffer buffer, Column out) {
    StepRanges ranges = StepRanges.of(kept, buffer.timestamps(), buffer.size());
    int[] from = ranges.from();
    int[] to = ranges.to();
    double[] read = buffer.values();
    double[] values = out.values();
    long[] present = out.present();
    System.arraycopy(ranges.filled(), 0, present, 0, present.length);
    for (int step = 0; step < to.length; step++) {
      if (from[step] < to[step]) {
        double value = read[to[step] - 1];
        values[step] = value;
        if (StaleMarker.is(value)) {
          present[step >>> 6] &= ~(1L << step);
        }
      }
    }
  }

  private void takeAnything(SampleBuffer buffer, Column out, int series) {
    long lookback = evaluation.lookbackMillis();
    int rows = buffer.size();
    long[] times = buffer.timestamps();
    int row = -1;
    for (int step = 0; step < grid.steps(); step++) {
      long time = reach.at(grid, step);
      while (row + 1 < rows && times[row + 1] <= time) {
        row++;
      }
      if (row >= 0 && times[row] > time - lookback) {
        take(buffer, row, step, out, series);
      }
    }
  }

  private void take(SampleBuffer buffer, int row, int step, Column out, int series) {
    @Nullable FloatHistogram histogram = buffer.histogram(row);
    double value = buffer.values()[row];
    if (histogram == null ? StaleMarker.is(value) : histogram.isStale()) {
      return;
    }
    if (part == Part.INFO_TIMESTAMP && histogram != null) {
      throw Evaluation.fault(
          "this should be an info metric, with float samples: " + labels(series));
    }
    if (part == Part.TIMESTAMP || part == Part.INFO_TIMESTAMP) {
      out.set(step, (double) buffer.timestamps()[row] / 1000);
    } else if (part == Part.START_TIMESTAMP) {
      out.set(step, (double) buffer.startTimestamp(row) / 1000);
    } else if (histogram != null) {
      out.set(step, histogram);
    } else {
      out.set(step, value);
    }
  }
}
