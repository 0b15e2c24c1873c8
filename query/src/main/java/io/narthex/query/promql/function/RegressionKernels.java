package io.narthex.query.promql.function;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.annotation.Notes;
import java.util.Locale;

/** Trends of the values in a window. */
final class RegressionKernels {
  private RegressionKernels() {}

  /** Slope per second of the least-squares line. */
  static RangeKernel derivative(RangeKernel.Call call) {
    var line = new Line();
    return (window, step, out) -> {
      if (enough(call, window)) {
        line.fit(window, window.floatTimes()[window.floatFrom()]);
        out.set(step, line.slope);
      }
    };
  }

  /** Value of the least-squares line some seconds after the step. */
  static RangeKernel prediction(RangeKernel.Call call) {
    double[] seconds = call.scalars().get(0);
    var line = new Line();
    return (window, step, out) -> {
      if (enough(call, window)) {
        line.fit(window, window.time());
        out.set(step, line.slope * seconds[step] + line.intercept);
      }
    };
  }

  /** Holt's linear smoothing: level and trend. */
  static RangeKernel smoothing(RangeKernel.Call call) {
    double[] levels = call.scalars().get(0);
    double[] trends = call.scalars().get(1);
    return (window, step, out) -> {
      double levelFactor = factor("smoothing", "sf", levels[step]);
      double trendFactor = factor("trend", "tf", trends[step]);
      if (enough(call, window)) {
        out.set(step, smooth(window, levelFactor, trendFactor));
      }
    };
  }

  private static double smooth(Window window, double levelFactor, double trendFactor) {
    double[] values = window.values();
    int from = window.floatFrom();
    double before = 0;
    double level = values[from];
    double trend = values[from + 1] - values[from];
    for (int i = from + 1; i < window.floatTo(); i++) {
      double scaled = levelFactor * values[i];
      if (i > from + 1) {
        trend = trendFactor * (level - before) + (1 - trendFactor) * trend;
      }
      double expected = (1 - levelFactor) * (level + trend);
      before = level;
      level = scaled + expected;
    }
    return level;
  }

  private static double factor(String name, String symbol, double value) {
    if (value <= 0 || value >= 1) {
      throw new FaultException(
          Fault.EXECUTION,
          String.format(
              Locale.ROOT,
              "invalid %s factor. Expected: 0 < %s < 1, got: %f",
              name,
              symbol,
              value));
    }
    return value;
  }

  private static boolean enough(RangeKernel.Call call, Window window) {
    int floats = window.floats();
    if (floats > 0 && window.histograms() > 0) {
      call.info(Notes.histogramsIgnoredInMixedRange(window.labels().metricName()));
    }
    return floats >= 2;
  }

  /** A least-squares line with compensated sums. */
  private static final class Line {
    private double slope;
    private double intercept;

    /**
     * @param origin where the intercept is taken, in milliseconds
     */
    void fit(Window window, long origin) {
      double[] values = window.values();
      long[] times = window.floatTimes();
      int from = window.floatFrom();
      double n = 0;
      double sumX = 0;
      double lostX = 0;
      double sumY = 0;
      double lostY = 0;
      double sumXy = 0;
      double lostXy = 0;
      double sumXx = 0;
      double lostXx = 0;
      boolean constant = true;
      for (int i = from; i < window.floatTo(); i++) {
        double y = values[i];
        constant &= i == from || y == values[from];
        n++;
        double x = (times[i] - origin) / 1e3;
        lostX = Kahan.lost(x, sumX, lostX);
        sumX += x;
        lostY = Kahan.lost(y, sumY, lostY);
        sumY += y;
        lostXy = Kahan.lost(x * y, sumXy, lostXy);
        sumXy += x * y;
        lostXx = Kahan.lost(x * x, sumXx, lostXx);
        sumXx += x * x;
      }
      if (constant) {
        boolean infinite = Double.isInfinite(values[from]);
        slope = infinite ? Double.NaN : 0;
        intercept = infinite ? Double.NaN : values[from];
        return;
      }
      solve(n, sumX + lostX, sumY + lostY, sumXy + lostXy, sumXx + lostXx);
    }

    private void solve(double n, double sumX, double sumY, double sumXy, double sumXx) {
      double covariance = sumXy - sumX * sumY / n;
      double variance = sumXx - sumX * sumX / n;
      slope = covariance / variance;
      intercept = sumY / n - slope * sumX / n;
    }
  }
}
