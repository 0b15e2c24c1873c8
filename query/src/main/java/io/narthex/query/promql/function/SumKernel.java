package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.histogram.HistogramSum;

/**
 * Compensated sum of a window. It is taken anew at each step: a compensated sum depends on all its
 * summands in order, so one that slides would give other digits.
 */
final class SumKernel implements RangeKernel {
  private final Call call;

  SumKernel(Call call) {
    this.call = call;
  }

  @Override
  public void step(Window window, int step, Column out) {
    if (window.histograms() > 0) {
      histograms(window, step, out);
      return;
    }
    out.set(step, sum(window.values(), window.floatFrom(), window.floatTo()));
  }

  private static double sum(double[] values, int from, int to) {
    double sum = 0;
    double lost = 0;
    for (int i = from; i < to; i++) {
      double value = values[i];
      double total = sum + value;
      lost = Kahan.lostOf(total, value, sum, lost);
      sum = total;
    }
    return Double.isFinite(sum) && Double.isFinite(lost)
        ? sum + lost
        : sumOfUnusual(values, from, to);
  }

  /** The sum of values that may be infinite or no numbers, or overflow. */
  private static double sumOfUnusual(double[] values, int from, int to) {
    double sum = 0;
    double lost = 0;
    for (int i = from; i < to; i++) {
      double value = values[i];
      lost = Kahan.lost(value, sum, lost);
      sum += value;
    }
    return Double.isInfinite(sum) ? sum : sum + lost;
  }

  private void histograms(Window window, int step, Column out) {
    if (window.floats() > 0) {
      call.warn(Notes.mixedFloatsAndHistograms(window.labels().metricName()));
      return;
    }
    int from = window.histogramFrom();
    var sum = new HistogramSum(window.histogram(from), true);
    var hints = new HintCheck();
    hints.see(window.histogram(from).hint());
    for (int i = from + 1; i < window.histogramTo(); i++) {
      if (!sum.accepts(window.histogram(i))) {
        call.warn(Notes.mixedSchemas(window.labels().metricName()));
        return;
      }
      hints.see(window.histogram(i).hint());
      sum.add(window.histogram(i));
    }
    hints.note(call, sum.boundsReconciled());
    out.set(step, sum.result(true));
  }

  /** Notices samples with and without a reset in one aggregation. */
  static final class HintCheck {
    private boolean reset;
    private boolean notReset;

    void see(ResetHint hint) {
      reset |= hint == ResetHint.RESET;
      notReset |= hint == ResetHint.NOT_RESET;
    }

    void note(Call call, boolean boundsReconciled) {
      if (reset && notReset) {
        call.warn(Notes.conflictingResets(Notes.Operation.AGGREGATION));
      }
      if (boundsReconciled) {
        call.info(Notes.boundsReconciled(Notes.Operation.AGGREGATION));
      }
    }
  }
}
