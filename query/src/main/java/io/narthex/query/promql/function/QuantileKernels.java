package io.narthex.query.promql.function;

import io.narthex.query.promql.annotation.Notes;
import java.util.Arrays;

/** Quantiles of the values in a window. */
final class QuantileKernels {
  private QuantileKernels() {}

  static RangeKernel quantile(RangeKernel.Call call) {
    return new Sliding(call);
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

  /**
   * Quantiles of a window that is kept sorted: from step to step a few values leave and a few
   * enter. A series with NaN among its values is sorted anew at each step.
   */
  private static final class Sliding implements RangeKernel {
    private final Call call;
    private final double[] quantiles;
    private final Scratch scratch = new Scratch();
    private double[] sorted = new double[64];
    private int size;
    private int from;
    private int to;
    private boolean anyNan;

    Sliding(Call call) {
      this.call = call;
      quantiles = call.scalars().get(0);
    }

    @Override
    public void begin(Window window) {
      size = 0;
      from = 0;
      to = 0;
      anyNan = false;
      double[] values = window.values();
      for (int i = 0; i < window.allFloats(); i++) {
        anyNan |= Double.isNaN(values[i]);
      }
    }

    @Override
    public void step(Window window, int step, Column out) {
      int floats = window.floats();
      if (floats == 0) {
        return;
      }
      double quantile = quantiles[step];
      if (Double.isNaN(quantile) || quantile < 0 || quantile > 1) {
        call.warn(Notes.invalidQuantile(quantile));
      }
      noteHistograms(call, window);
      if (anyNan) {
        out.set(step, Quantiles.of(quantile, scratch.take(window), floats));
      } else {
        slide(window);
        out.set(step, Quantiles.ofSorted(quantile, sorted, size));
      }
    }

    private void slide(Window window) {
      double[] values = window.values();
      int nextFrom = window.floatFrom();
      int nextTo = window.floatTo();
      int changes = nextFrom - from + nextTo - to;
      if (nextFrom >= to || 4 * changes > window.floats()) {
        size = window.floats();
        ensure(size);
        System.arraycopy(values, nextFrom, sorted, 0, size);
        Arrays.sort(sorted, 0, size);
      } else {
        for (int i = from; i < nextFrom; i++) {
          remove(values[i]);
        }
        for (int i = to; i < nextTo; i++) {
          insert(values[i]);
        }
      }
      from = nextFrom;
      to = nextTo;
    }

    private void remove(double value) {
      int at = Arrays.binarySearch(sorted, 0, size, value);
      size--;
      System.arraycopy(sorted, at + 1, sorted, at, size - at);
    }

    private void insert(double value) {
      int found = Arrays.binarySearch(sorted, 0, size, value);
      int at = found < 0 ? -found - 1 : found;
      ensure(size + 1);
      System.arraycopy(sorted, at, sorted, at + 1, size - at);
      sorted[at] = value;
      size++;
    }

    private void ensure(int capacity) {
      if (sorted.length < capacity) {
        sorted = Arrays.copyOf(sorted, Math.max(capacity, 2 * sorted.length));
      }
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
