package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.ExtendedRange;
import io.narthex.query.promql.function.Window;
import java.util.List;

/**
 * A smoothed instant selector: at each step the value interpolated between the samples before and
 * after it that are within the lookback; the one before if there is none after.
 */
final class SmoothedSelector implements Operand.Vector {
  private final Evaluation evaluation;
  private final TimeGrid grid;
  private final Reach reach;
  private final SeriesSelection selection;
  private final SampleBuffer buffer = new SampleBuffer();
  private final Window window = new Window();

  SmoothedSelector(Evaluation evaluation, TimeGrid grid, List<Matcher> matchers, Reach reach) {
    this.evaluation = evaluation;
    this.grid = grid;
    this.reach = reach;
    long lookback = evaluation.lookbackMillis();
    selection =
        evaluation.select(matchers, reach.first(grid) - lookback + 1, reach.last(grid) + lookback);
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
  public void evaluate(int series, Column out) {
    evaluation.checkpoint();
    long lookback = evaluation.lookbackMillis();
    buffer.clear();
    selection.read(series, reach.first(grid) - lookback, reach.last(grid) + lookback, buffer);
    evaluation.countRead(buffer.size());
    evaluation.hold(buffer.size());
    window.load(selection.labels(series), buffer, false);
    for (int step = 0; step < grid.steps(); step++) {
      long time = reach.at(grid, step);
      window.slide(time - lookback, time + lookback);
      if (window.histograms() > 0) {
        throw RangeFunction.noHistograms();
      }
      window.range(time, time, time);
      smooth(time, step, out);
    }
    evaluation.release(buffer.size());
  }

  private void smooth(long time, int step, Column out) {
    long[] times = window.floatTimes();
    if (window.floats() == 0 || times[window.floatFrom()] > time) {
      return;
    }
    int before = ExtendedRange.first(window);
    if (times[before] == time || before + 1 == window.floatTo()) {
      out.set(step, window.values()[before]);
    } else {
      out.set(step, ExtendedRange.between(window, before, time, false));
    }
  }
}
