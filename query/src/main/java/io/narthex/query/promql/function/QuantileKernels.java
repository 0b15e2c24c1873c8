package io.narthex.query.promql.function;

import io.narthex.query.promql.annotation.Notes;
import java.util.Arrays;

/** Quantiles of the values in a window. */
final class QuantileKernels {
  private QuantileKernels() {}

  static RangeKernel quantile(RangeKernel.Call call) {
    double[] quantiles = call.scalars().get(0);
    var scratch = new Scratch();
    return (window, step, out) -> {
      if (window.floats() == 0) {
        return;
      }
      double quantile = quantiles[step];
      if (Double.isNaN(quantile) || quantile < 0 || quantile > 1) {
        call.warn(Notes.invalidQuantile(quantile));
      }
      noteHistograms(call, window);
      out.set(step, Quantiles.of(quantile, scratch.take(window), window.floats()));
    };
  }

  /** Median of the distances from the median. */
  static RangeKernel medianDeviation(RangeKernel.Call call) {
    var scratch = new Scratch();
    return (window, step, out) -> {
      int size = window.floats();
      if (size == 0) {
        return;
      }
      noteHistograms(call, window);
      double median = Quantiles.of(0.5, scratch.take(window), size);
      double[] distances = scratch.take(window);
      for (int i = 0; i < size; i++) {
        if (Double.isNaN(distances[i])) {
          out.set(step, Double.NaN);
          return;
        }
        distances[i] = Math.abs(distances[i] - median);
      }
      out.set(step, Quantiles.of(0.5, distances, size));
    };
  }

  private static void noteHistograms(RangeKernel.Call call, Window window) {
    if (window.histograms() > 0) {
      call.info(Notes.histogramsIgnoredInMixedRange(window.labels().metricName()));
    }
  }

  private static final class Scratch {
    private double[] values = new double[64];

    double[] take(Window window) {
      int size = window.floats();
      if (values.length < size) {
        values = Arrays.copyOf(values, Math.max(size, 2 * values.length));
      }
      System.arraycopy(window.values(), window.floatFrom(), values, 0, size);
      return values;
    }
  }
}
