package io.narthex.query.promql.function;

import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.histogram.HistogramMean;

/**
 * Mean of a window: the compensated sum divided by the count, or, once the sum would overflow, a
 * mean that is kept up incrementally.
 */
final class AverageKernel implements RangeKernel {
  private final Call call;

  AverageKernel(Call call) {
    this.call = call;
  }

  @Override
  public void step(Window window, int step, Column out) {
    if (window.histograms() > 0) {
      histograms(window, step, out);
      return;
    }
    double[] values = window.values();
    int from = window.floatFrom();
    int to = window.floatTo();
    double sum = values[from];
    double lost = 0;
    for (int i = from + 1; i < to; i++) {
      double value = values[i];
      double total = sum + value;
      lost = Kahan.lostOf(total, value, sum, lost);
      sum = total;
    }
    double count = to - from;
    if (Double.isFinite(sum) && Double.isFinite(lost)) {
      out.set(step, sum / count + lost / count);
    } else {
      unusual(window, step, out);
    }
  }

  /** The mean of values that may be infinite or no numbers, or whose sum overflows. */
  private static void unusual(Window window, int step, Column out) {
    double[] values = window.values();
    int from = window.floatFrom();
    double sum = values[from];
    double lost = 0;
    double count = 1;
    for (int i = from + 1; i < window.floatTo(); i++) {
      double value = values[i];
      double total = sum + value;
      if (Double.isInfinite(total)) {
        out.set(step, incremental(window, i, sum / count, lost / count));
        return;
      }
      lost = Kahan.lost(value, sum, lost);
      sum = total;
      count++;
    }
    out.set(step, sum / count + lost / count);
  }

  private static double incremental(Window window, int at, double meanSoFar, double lostSoFar) {
    double[] values = window.values();
    double mean = meanSoFar;
    double lost = lostSoFar;
    for (int i = at; i < window.floatTo(); i++) {
      double count = i - window.floatFrom() + 1;
      double share = (count - 1) / count;
      double value = values[i] / count;
      double kept = share * mean;
      lost = Kahan.lost(value, kept, share * lost);
      mean = kept + value;
    }
    return mean + lost;
  }

  private void histograms(Window window, int step, Column out) {
    if (window.floats() > 0) {
      call.warn(Notes.mixedFloatsAndHistograms(window.labels().metricName()));
      return;
    }
    int from = window.histogramFrom();
    var mean = new HistogramMean(window.histogram(from));
    var hints = new SumKernel.HintCheck();
    hints.see(window.histogram(from).hint());
    for (int i = from + 1; i < window.histogramTo(); i++) {
      if (!mean.accepts(window.histogram(i))) {
        call.warn(Notes.mixedSchemas(window.labels().metricName()));
        return;
      }
      hints.see(window.histogram(i).hint());
      mean.add(window.histogram(i));
    }
    hints.note(call, mean.boundsReconciled());
    out.set(step, mean.total());
  }
}
