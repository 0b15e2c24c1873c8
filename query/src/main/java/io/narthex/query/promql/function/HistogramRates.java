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
   *
   * @param fromZero whether the first one has grown from zero inside of the range
   */
  static @Nullable FloatHistogram difference(
      Window window, Call call, boolean counter, boolean fromZero) {
    int from = window.histogramFrom();
    int last = window.histogramTo() - 1;
    String metric = window.labels().metricName();
    noteKinds(window, call, counter, metric);
    FloatHistogram first = window.histogram(from);
    if (counter && from < last && !fromZero && reset(window, from + 1, first)) {
      // What was before a reset is not looked at, so neither is its layout.
      first = emptyLike(window.histogram(from + 1));
    }
    boolean custom = first.hasCustomBuckets();
    for (int i = from + 1; i <= last; i++) {
      if ((counter || i == last) && window.histogram(i).hasCustomBuckets() != custom) {
        call.warn(Notes.mixedSchemas(metric));
        return null;
      }
    }
    var growth = new HistogramSum(window.histogram(last), false);
    if (!fromZero) {
      growth.subtract(first);
    }
    noteBounds(growth.boundsReconciled(), call, Notes.Operation.SUBTRACTION);
    if (counter) {
      addResets(window, first, growth, call);
    }
    growth.hint(ResetHint.GAUGE);
    return growth.result(true);
  }

  private static void addResets(
      Window window, FloatHistogram first, HistogramSum growth, Call call) {
    boolean before = growth.boundsReconciled();
    FloatHistogram previous = first;
    for (int i = window.histogramFrom() + 1; i < window.histogramTo(); i++) {
      if (reset(window, i, previous)) {
        growth.add(previous);
      }
      previous = window.histogram(i);
    }
    noteBounds(!before && growth.boundsReconciled(), call, Notes.Operation.ADDITION);
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
    noteKinds(window, window.histogramFrom(), window.histogramTo() - 1, call, counter, metric);
  }

  /** Notes gauges that are taken as counters, or the other way round. */
  static void noteKinds(
      Window window, int from, int last, Call call, boolean counter, String metric) {
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
