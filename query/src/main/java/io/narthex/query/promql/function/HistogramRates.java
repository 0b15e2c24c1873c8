package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.function.RangeKernel.Call;
import io.narthex.query.promql.histogram.HistogramMath;
import io.narthex.query.promql.histogram.HistogramSum;
import io.narthex.query.promql.histogram.Resets;
import org.jspecify.annotations.Nullable;

/** Growth of histograms over a window. */
final class HistogramRates {
  private HistogramRates() {}

  /**
   * Last less first histogram of the window, plus what was lost at counter resets, as a gauge; null
   * if the histograms do not go together, which is annotated.
   */
  static @Nullable FloatHistogram difference(Window window, Call call, boolean counter) {
    int from = window.histogramFrom();
    int last = window.histogramTo() - 1;
    String metric = window.labels().metricName();
    FloatHistogram first = window.histogram(from);
    FloatHistogram second = window.histogram(from + 1);
    noteKinds(window, call, counter, metric);
    if (counter && reset(window, from + 1, first)) {
      // What was before a reset is not looked at, so neither is its layout.
      first = emptyLike(second);
    }
    boolean custom = first.hasCustomBuckets();
    for (int i = from + 1; i <= last; i++) {
      if ((counter || i == last) && window.histogram(i).hasCustomBuckets() != custom) {
        call.warn(Notes.mixedSchemas(metric));
        return null;
      }
    }
    var growth = new HistogramSum(window.histogram(last), false);
    growth.subtract(first);
    noteBounds(growth.boundsReconciled(), call, Notes.Operation.SUBTRACTION);
    if (counter) {
      boolean before = growth.boundsReconciled();
      FloatHistogram previous = first;
      for (int i = from + 1; i <= last; i++) {
        if (reset(window, i, previous)) {
          growth.add(previous);
        }
        previous = window.histogram(i);
      }
      noteBounds(!before && growth.boundsReconciled(), call, Notes.Operation.ADDITION);
    }
    growth.hint(ResetHint.GAUGE);
    return growth.result(true);
  }

  /** Scales without touching what is known of resets. */
  static FloatHistogram scaled(FloatHistogram histogram, double factor) {
    return HistogramMath.withHint(HistogramMath.multiply(histogram, factor), histogram.hint());
  }

  private static boolean reset(Window window, int index, FloatHistogram previous) {
    return StartTimes.histogramReset(window, index)
        || Resets.detect(window.histogram(index), previous);
  }

  private static void noteBounds(boolean reconciled, Call call, Notes.Operation operation) {
    if (reconciled) {
      call.info(Notes.boundsReconciled(operation));
    }
  }

  private static void noteKinds(Window window, Call call, boolean counter, String metric) {
    int from = window.histogramFrom();
    int last = window.histogramTo() - 1;
    if (counter) {
      for (int i = from; i <= last; i++) {
        if (window.histogram(i).hint() == ResetHint.GAUGE) {
          call.warn(Notes.notCounter(metric));
          return;
        }
      }
    } else if (window.histogram(from).hint() != ResetHint.GAUGE
        || window.histogram(last).hint() != ResetHint.GAUGE) {
      call.warn(Notes.notGauge(metric));
    }
  }

  private static FloatHistogram emptyLike(FloatHistogram layout) {
    return new FloatHistogram(
        ResetHint.UNKNOWN,
        layout.schema(),
        0,
        0,
        0,
        0,
        new int[0],
        new double[0],
        new int[0],
        new double[0],
        layout.customValues());
  }
}
