package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.ExtendedRange;
import io.narthex.query.promql.function.Window;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A smoothed instant selector: at each step the value interpolated between the samples before and
 * after it that are within the lookback; the one before if there is none after.
 */
final class SmoothedSelector implements Operand.Vector {
  private final Evaluation evaluation;
  private final TimeGrid grid;
  private final Reach reach;
  private final Span span;
  private final SeriesSelection selection;
  private final Expr site;
  private final SampleBuffer buffer;
  private final Window window = new Window();

  SmoothedSelector(
      Evaluation evaluation, TimeGrid grid, List<Matcher> matchers, Reach reach, Span span) {
    this.span = span;
    this.evaluation = evaluation;
    this.grid = grid;
    this.reach = reach;
    long lookback = evaluation.lookbackMillis();
    site = evaluation.site();
    buffer = evaluation.buffer();
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
    evaluation.look(site, buffer.size());
    window.load(selection.labels(series), buffer, false);
    for (int step = 0; step < grid.steps(); step++) {
      long time = reach.at(grid, step);
      window.slide(time - lookback, time + lookback);
      window.range(time, time, time);
      if (window.histograms() == 0) {
        smooth(time, step, out);
      } else if (window.floats() == 0) {
        smoothHistograms(time, step, out);
      } else {
        String metric = window.labels().metricName();
        evaluation.annotations().warn(Notes.mixedFloatsAndHistograms(metric), span);
      }
    }
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

  private void smoothHistograms(long time, int step, Column out) {
    int before = window.histogramFrom();
    if (window.histogramTime(before) > time) {
      return;
    }
    while (before + 1 < window.histogramTo() && window.histogramTime(before + 1) <= time) {
      before++;
    }
    FloatHistogram histogram = window.histogram(before);
    if (window.histogramTime(before) == time || before + 1 == window.histogramTo()) {
      out.set(step, histogram);
      return;
    }
    boolean counter = histogram.hint() != ResetHint.GAUGE;
    @Nullable FloatHistogram between = ExtendedRange.interpolated(window, before, time, counter);
    if (between == null) {
      String metric = window.labels().metricName();
      evaluation.annotations().warn(Notes.mixedSchemas(metric), span);
    } else {
      out.set(step, between);
    }
  }
}
