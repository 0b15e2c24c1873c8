package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.histogram.HistogramMath;
import org.jspecify.annotations.Nullable;

/**
 * rate, increase and delta over anchored or smoothed selectors: from the value at the beginning of
 * the range to the value at its end, without extrapolation. Anchored takes the last sample before a
 * bound, smoothed interpolates between the samples around it.
 */
final class ExtendedRateKernel implements RangeKernel {
  private final Call call;
  private final RateKernel.Kind kind;
  private final boolean smoothed;
  private final double seconds;

  ExtendedRateKernel(Call call, RateKernel.Kind kind) {
    this.call = call;
    this.kind = kind;
    smoothed = call.extension() == Extension.SMOOTHED;
    seconds = call.rangeSeconds();
  }

  @Override
  public void step(Window window, int step, Column out) {
    if (window.histograms() > 0) {
      histograms(window, step, out);
      return;
    }
    long[] times = window.floatTimes();
    double[] values = window.values();
    long start = window.rangeStart();
    long end = window.rangeEnd();
    int first = ExtendedRange.first(window);
    int last = smoothed ? ExtendedRange.last(window) : window.floatTo() - 1;
    if (last < first || times[last] <= start || times[first] > end) {
      return;
    }
    double left = ExtendedRange.left(window, first, smoothed, kind.counter());
    double right = ExtendedRange.right(window, last, smoothed, kind.counter());
    double difference = right - left;
    if (kind.counter()) {
      int from = times[first] <= start ? first + 1 : first;
      int to = times[last] >= end ? last - 1 : last;
      double previous = left;
      double lost = 0;
      for (int i = from; i <= to; i++) {
        if (values[i] < previous) {
          lost += previous;
        }
        previous = values[i];
      }
      if (right < previous) {
        lost += previous;
      }
      difference += lost;
    }
    out.set(step, kind.perSecond() ? difference / seconds : difference);
  }

  private void histograms(Window window, int step, Column out) {
    if (window.floats() > 0) {
      call.warn(Notes.mixedFloatsAndHistograms(window.labels().metricName()));
      return;
    }
    @Nullable FloatHistogram growth =
        new ExtendedHistograms(window, call, smoothed, kind.counter()).growth();
    if (growth != null) {
      out.set(step, kind.perSecond() ? HistogramMath.divide(growth, seconds) : growth);
    }
  }
}
