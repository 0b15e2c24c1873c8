package io.narthex.query.promql.function;

/** Kernels that need only know where the window begins and ends. */
final class PositionKernels {
  private PositionKernels() {}

  static RangeKernel count() {
    return (window, step, out) -> out.set(step, (double) (window.floats() + window.histograms()));
  }

  static RangeKernel present() {
    return (window, step, out) -> out.set(step, 1);
  }

  static RangeKernel first() {
    return (window, step, out) -> {
      int floatAt = window.floatFrom();
      int histogramAt = window.histogramFrom();
      if (window.histograms() == 0
          || (window.floats() > 0
              && window.floatTimes()[floatAt] < window.histogramTime(histogramAt))) {
        out.set(step, window.values()[floatAt]);
      } else {
        out.set(step, window.histogram(histogramAt));
      }
    };
  }

  static RangeKernel last() {
    return (window, step, out) -> {
      int floatAt = window.floatTo() - 1;
      int histogramAt = window.histogramTo() - 1;
      if (window.histograms() == 0
          || (window.floats() > 0
              && window.histogramTime(histogramAt) < window.floatTimes()[floatAt])) {
        out.set(step, window.values()[floatAt]);
      } else {
        out.set(step, window.histogram(histogramAt));
      }
    };
  }

  static RangeKernel firstTime() {
    return (window, step, out) -> {
      long time = Long.MAX_VALUE;
      if (window.floats() > 0) {
        time = window.floatTimes()[window.floatFrom()];
      }
      if (window.histograms() > 0) {
        time = Math.min(time, window.histogramTime(window.histogramFrom()));
      }
      out.set(step, (double) time / 1000);
    };
  }

  static RangeKernel lastTime() {
    return (window, step, out) -> {
      long time = 0;
      if (window.floats() > 0) {
        time = window.floatTimes()[window.floatTo() - 1];
      }
      if (window.histograms() > 0) {
        time = Math.max(time, window.histogramTime(window.histogramTo() - 1));
      }
      out.set(step, (double) time / 1000);
    };
  }
}
