package io.narthex.query.promql.function;

import io.narthex.query.promql.ast.Expr.Extension;

/**
 * rate, increase and delta over anchored or smoothed selectors: from the value at the beginning of
 * the range to the value at its end, without extrapolation. Anchored takes the last sample before a
 * bound, smoothed interpolates between the samples around it.
 */
final class ExtendedRateKernel implements RangeKernel {
  private final RateKernel.Kind kind;
  private final boolean smoothed;
  private final double seconds;

  ExtendedRateKernel(Call call, RateKernel.Kind kind) {
    this.kind = kind;
    smoothed = call.extension() == Extension.SMOOTHED;
    seconds = call.rangeSeconds();
  }

  @Override
  public void step(Window window, int step, Column out) {
    long[] times = window.floatTimes();
    double[] values = window.values();
    long start = window.rangeStart();
    long end = window.rangeEnd();
    int first = ExtendedRange.first(window);
    int last = smoothed ? ExtendedRange.last(window) : window.floatTo() - 1;
    if (last < first || times[last] <= start) {
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
}
