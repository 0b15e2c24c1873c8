package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.histogram.HistogramMath;
import io.narthex.query.promql.histogram.HistogramSum;
import io.narthex.query.promql.histogram.Resets;

/** irate and idelta: the difference of the last two samples. */
final class InstantRateKernel implements RangeKernel {
  private final Call call;
  private final boolean rate;

  InstantRateKernel(Call call, boolean rate) {
    this.call = call;
    this.rate = rate;
  }

  @Override
  public void step(Window window, int step, Column out) {
    if (window.floats() + window.histograms() < 2) {
      return;
    }
    if (window.histograms() == 0) {
      floats(window, step, out);
      return;
    }
    long[] times = window.floatTimes();
    int lastFloat = window.floatTo() - 1;
    int lastHistogram = window.histogramTo() - 1;
    boolean histogramsLast =
        window.floats() == 0
            || (window.histograms() > 1
                && window.histogramTime(lastHistogram - 1) > times[lastFloat]);
    boolean floatsLast =
        window.floats() > 1 && times[lastFloat - 1] > window.histogramTime(lastHistogram);
    if (histogramsLast) {
      histograms(window, step, out);
    } else if (floatsLast) {
      floats(window, step, out);
    } else {
      call.warn(Notes.mixedFloatsAndHistograms(window.labels().metricName()));
    }
  }

  @Override
  public boolean isAtOnce(Window window) {
    return !window.hasStarts();
  }

  @Override
  public void steps(Window window, StepRanges ranges, int first, int end, Column out) {
    if (window.hasStarts()) {
      RangeKernel.super.steps(window, ranges, first, end, out);
      return;
    }
    int[] from = ranges.from();
    int[] to = ranges.to();
    double[] values = window.values();
    long[] times = window.floatTimes();
    for (int step = first; step < end; step++) {
      int last = to[step] - 1;
      if (last <= from[step]) {
        continue;
      }
      double newest = values[last];
      double before = values[last - 1];
      double result = rate && newest < before ? newest : newest - before;
      out.set(step, rate ? result / ((double) (times[last] - times[last - 1]) / 1000) : result);
    }
  }

  private void floats(Window window, int step, Column out) {
    int last = window.floatTo() - 1;
    double[] values = window.values();
    long interval = window.floatTimes()[last] - window.floatTimes()[last - 1];
    boolean reset =
        rate && (values[last] < values[last - 1] || StartTimes.floatReset(window, last));
    double result = reset ? values[last] : values[last] - values[last - 1];
    out.set(step, rate ? result / ((double) interval / 1000) : result);
  }

  private void histograms(Window window, int step, Column out) {
    int last = window.histogramTo() - 1;
    FloatHistogram current = window.histogram(last);
    FloatHistogram previous = window.histogram(last - 1);
    String metric = window.labels().metricName();
    boolean bothGauges = current.hint() == ResetHint.GAUGE && previous.hint() == ResetHint.GAUGE;
    boolean anyGauge = current.hint() == ResetHint.GAUGE || previous.hint() == ResetHint.GAUGE;
    if (rate && anyGauge) {
      call.warn(Notes.notCounter(metric));
    }
    if (!rate && !bothGauges) {
      call.warn(Notes.notGauge(metric));
    }
    var difference = new HistogramSum(current, false);
    boolean reset =
        rate && (StartTimes.histogramReset(window, last) || Resets.detect(current, previous));
    if (!reset) {
      if (!difference.accepts(previous)) {
        call.warn(Notes.mixedSchemas(metric));
        return;
      }
      difference.subtract(previous);
      if (difference.boundsReconciled()) {
        call.info(Notes.boundsReconciled(Notes.Operation.SUBTRACTION));
      }
    }
    difference.hint(ResetHint.GAUGE);
    FloatHistogram result = difference.result(true);
    if (rate) {
      double seconds = (window.histogramTime(last) - window.histogramTime(last - 1)) / 1000d;
      result = HistogramMath.divide(result, seconds);
    }
    out.set(step, result);
  }
}
