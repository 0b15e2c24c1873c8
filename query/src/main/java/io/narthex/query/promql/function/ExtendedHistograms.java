package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.function.RangeKernel.Call;
import io.narthex.query.promql.histogram.HistogramSum;
import io.narthex.query.promql.histogram.Resets;
import org.jspecify.annotations.Nullable;

/** Growth of histograms from one bound of an anchored or smoothed range to the other. */
final class ExtendedHistograms {
  private final Window window;
  private final Call call;
  private final boolean smoothed;
  private final boolean counter;

  ExtendedHistograms(Window window, Call call, boolean smoothed, boolean counter) {
    this.window = window;
    this.call = call;
    this.smoothed = smoothed;
    this.counter = counter;
  }

  /** The growth as a gauge; null if there is none. */
  @Nullable FloatHistogram growth() {
    int first = first();
    int last = last();
    if (window.histogramTime(last) <= window.rangeStart()
        || window.histogramTime(first) > window.rangeEnd()) {
      return null;
    }
    String metric = window.labels().metricName();
    HistogramRates.noteKinds(window, first, last, call, counter, metric);
    boolean leftBetween =
        smoothed && window.histogramTime(first) < window.rangeStart() && first < last;
    boolean rightBetween =
        smoothed && window.histogramTime(last) > window.rangeEnd() && first < last;
    @Nullable FloatHistogram left =
        leftBetween ? between(first, window.rangeStart()) : window.histogram(first);
    @Nullable FloatHistogram right =
        rightBetween ? between(last - 1, window.rangeEnd()) : window.histogram(last);
    if (left == null || right == null) {
      return mixed(metric);
    }
    var growth = new HistogramSum(right, false);
    if (!growth.accepts(left)) {
      return mixed(metric);
    }
    growth.subtract(left);
    // A left value between two samples has taken a reset between them into account.
    for (int i = leftBetween ? first + 2 : first + 1; counter && i <= last; i++) {
      if (Resets.detect(window.histogram(i), window.histogram(i - 1))) {
        if (!growth.accepts(window.histogram(i - 1))) {
          return mixed(metric);
        }
        growth.add(window.histogram(i - 1));
      }
    }
    growth.hint(ResetHint.GAUGE);
    return growth.result(true);
  }

  private @Nullable FloatHistogram mixed(String metric) {
    call.warn(Notes.mixedSchemas(metric));
    return null;
  }

  private int first() {
    int at = window.histogramFrom();
    while (at + 1 < window.histogramTo() && window.histogramTime(at + 1) <= window.rangeStart()) {
      at++;
    }
    return at;
  }

  private int last() {
    int at = window.histogramTo() - 1;
    while (smoothed
        && at > window.histogramFrom()
        && window.histogramTime(at - 1) >= window.rangeEnd()) {
      at--;
    }
    return at;
  }

  private @Nullable FloatHistogram between(int index, long time) {
    return ExtendedRange.interpolated(window, index, time, counter);
  }
}
