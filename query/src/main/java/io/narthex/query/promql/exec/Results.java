package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.QueryValue.Sample;
import io.narthex.query.promql.QueryValue.Series;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.ExtendedRange;
import io.narthex.query.promql.function.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns operands into what a query gives. */
final class Results {
  /** What a series of the result takes besides its points. */
  private static final long SERIES_BYTES = 256;

  private final Evaluation evaluation;
  private final TimeGrid grid;

  Results(Evaluation evaluation, TimeGrid grid) {
    this.evaluation = evaluation;
    this.grid = grid;
  }

  QueryValue instant(Operand operand) {
    if (operand instanceof Operand.Scalar scalar) {
      return new QueryValue.Scalar(grid.start(), scalar.values()[0]);
    }
    if (operand instanceof Operand.Text text) {
      return new QueryValue.Text(grid.start(), text.value());
    }
    return vector((Operand.Vector) operand);
  }

  private QueryValue vector(Operand.Vector vector) {
    var samples = new ArrayList<Sample>();
    var seen = new HashSet<Labels>();
    Sweep.over(
        evaluation,
        vector,
        1,
        (series, column) -> {
          if (!column.has(0)) {
            return false;
          }
          evaluation.hold(1);
          Labels labels = finalLabels(vector, series);
          if (!seen.add(labels)) {
            throw Evaluation.sameLabels();
          }
          samples.add(new Sample(labels, grid.start(), column.values()[0], column.histogram(0)));
          return false;
        });
    return new QueryValue.Vector(samples);
  }

  private Labels finalLabels(Operand.Vector vector, int series) {
    return vector.dropsName(series)
        ? evaluation.withoutName(vector.labels(series))
        : vector.labels(series);
  }

  QueryValue matrix(Operand operand) {
    Operand.Vector plain =
        operand instanceof Operand.Scalar scalar
            ? new Constant(scalar.values())
            : (Operand.Vector) operand;
    Operand.Vector vector = Relabeled.withoutNames(evaluation, plain, grid.steps());
    var all = new ArrayList<Series>();
    Sweep.over(
        evaluation,
        vector,
        grid.steps(),
        (series, column) -> {
          int points = column.count();
          if (points > 0) {
            evaluation.hold(points);
            evaluation.reserve(SERIES_BYTES + histogramBytes(column));
            all.add(series(vector.labels(series), column, points));
          }
          return false;
        });
    return sorted(all);
  }

  private static long histogramBytes(Column column) {
    return column.hasHistograms() ? column.sizeInBytes() : 0;
  }

  private QueryValue sorted(List<Series> all) {
    all.sort(evaluation.watched(Comparator.comparing(Series::labels)));
    for (int i = 1; i < all.size(); i++) {
      if (all.get(i).labels().equals(all.get(i - 1).labels())) {
        throw Evaluation.sameLabels();
      }
    }
    return new QueryValue.Matrix(all);
  }

  private Series series(Labels labels, Column column, int points) {
    long[] times = new long[points];
    double[] values = new double[points];
    @Nullable FloatHistogram @Nullable [] histograms =
        column.hasHistograms() ? new FloatHistogram[points] : null;
    int at = 0;
    for (int step = 0; step < column.steps(); step++) {
      if (column.has(step)) {
        times[at] = grid.at(step);
        values[at] = column.values()[step];
        if (histograms != null) {
          histograms[at] = column.histogram(step);
        }
        at++;
      }
    }
    return new Series(labels, times, values, histograms);
  }

  /** The range vector that a selector or sub-query gives at the only step. */
  QueryValue ranges(RangeSource source, Extension extension) {
    var all = new ArrayList<Series>();
    var window = new Window();
    long lookback = evaluation.lookbackMillis();
    long end = source.reach().at(grid, 0);
    long start = end - source.range();
    for (int series = 0; series < source.size(); series++) {
      evaluation.checkpoint();
      source.load(series, window);
      window.slide(
          start - RangeFunction.before(extension, lookback),
          end + RangeFunction.beyond(extension, lookback));
      if (window.isEmpty()) {
        continue;
      }
      window.range(start, end, grid.start());
      Labels labels =
          source.dropsName(series)
              ? evaluation.withoutName(source.labels(series))
              : source.labels(series);
      @Nullable Series points =
          extension == Extension.NONE
              ? points(labels, window)
              : extended(labels, window, extension == Extension.SMOOTHED);
      if (points != null) {
        int samples = points.timestamps().length;
        evaluation.hold(samples);
        evaluation.countTotal(grid, samples);
        grid.tally().add(0, samples);
        all.add(points);
      }
    }
    return sorted(all);
  }

  private static @Nullable Series extended(Labels labels, Window window, boolean smoothed) {
    if (window.histograms() > 0) {
      throw Evaluation.fault("anchored modifier is not supported with histograms");
    }
    long[] times = window.floatTimes();
    int first = ExtendedRange.first(window);
    int last = smoothed ? ExtendedRange.last(window) : window.floatTo() - 1;
    if (times[last] <= window.rangeStart()) {
      return null;
    }
    double left = ExtendedRange.left(window, first, smoothed, false);
    double right = ExtendedRange.right(window, last, smoothed, false);
    int from = times[first] <= window.rangeStart() ? first + 1 : first;
    int to = times[last] >= window.rangeEnd() ? last - 1 : last;
    int inside = Math.max(0, to - from + 1);
    long[] outTimes = new long[inside + 2];
    double[] values = new double[inside + 2];
    System.arraycopy(times, from, outTimes, 1, inside);
    System.arraycopy(window.values(), from, values, 1, inside);
    outTimes[0] = window.rangeStart();
    values[0] = left;
    outTimes[inside + 1] = window.rangeEnd();
    values[inside + 1] = right;
    return new Series(labels, outTimes, values, null);
  }

  private static Series points(Labels labels, Window window) {
    if (window.histograms() == 0) {
      return new Series(
          labels,
          Arrays.copyOfRange(window.floatTimes(), window.floatFrom(), window.floatTo()),
          Arrays.copyOfRange(window.values(), window.floatFrom(), window.floatTo()),
          null);
    }
    int size = window.floats() + window.histograms();
    long[] times = new long[size];
    double[] values = new double[size];
    @Nullable FloatHistogram[] histograms = new FloatHistogram[size];
    int nextFloat = window.floatFrom();
    int nextHistogram = window.histogramFrom();
    for (int i = 0; i < size; i++) {
      boolean isFloat =
          nextHistogram >= window.histogramTo()
              || (nextFloat < window.floatTo()
                  && window.floatTimes()[nextFloat] < window.histogramTime(nextHistogram));
      if (isFloat) {
        times[i] = window.floatTimes()[nextFloat];
        values[i] = window.values()[nextFloat++];
      } else {
        times[i] = window.histogramTime(nextHistogram);
        histograms[i] = window.histogram(nextHistogram++);
      }
    }
    return new Series(labels, times, values, histograms);
  }
}
