package io.narthex.query.promql.function;

import io.narthex.query.promql.annotation.Notes;

/**
 * Population variance and standard deviation of a window, by Welford's method with compensated
 * sums.
 */
final class VarianceKernel implements RangeKernel {
  private final Call call;
  private final boolean deviation;

  VarianceKernel(Call call, boolean deviation) {
    this.call = call;
    this.deviation = deviation;
  }

  @Override
  public void step(Window window, int step, Column out) {
    if (window.floats() == 0) {
      return;
    }
    if (window.histograms() > 0) {
      call.info(Notes.histogramsIgnoredInMixedRange(window.labels().metricName()));
    }
    double[] values = window.values();
    double count = 0;
    double mean = 0;
    double meanLost = 0;
    double squares = 0;
    double squaresLost = 0;
    for (int i = window.floatFrom(); i < window.floatTo(); i++) {
      count++;
      double delta = values[i] - (mean + meanLost);
      double share = delta / count;
      meanLost = Kahan.lost(share, mean, meanLost);
      mean += share;
      double square = delta * (values[i] - (mean + meanLost));
      squaresLost = Kahan.lost(square, squares, squaresLost);
      squares += square;
    }
    double variance = (squares + squaresLost) / count;
    out.set(step, deviation ? Math.sqrt(variance) : variance);
  }
}
