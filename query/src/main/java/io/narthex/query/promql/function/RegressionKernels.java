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

  /**
   * A least-squares line with compensated sums. What only depends on the times is kept: from step
   * to step, and from series to series, they mostly have the same distances from the origin.
   */
  private static final class Line {
    private double slope;
    private double intercept;
    private long[] distances = new long[0];
    private double[] seconds = new double[0];
    private int known = -1;
    private double sumX;
    private double sumXx;

    /**
     * @param origin where the intercept is taken, in milliseconds
     */
    void fit(Window window, long origin) {
      double[] values = window.values();
      int from = window.floatFrom();
      int to = window.floatTo();
      if (isConstant(values, from, to)) {
        boolean infinite = Double.isInfinite(values[from]);
        slope = infinite ? Double.NaN : 0;
        intercept = infinite ? Double.NaN : values[from];
        return;
      }
      int count = to - from;
      if (count != known || !hasDistances(window.floatTimes(), from, origin)) {
        measure(window.floatTimes(), from, count, origin);
      }
      double sumY = 0;
      double lostY = 0;
      double sumXy = 0;
      double lostXy = 0;
      for (int i = 0; i < count; i++) {
        double y = values[from + i];
        double totalY = sumY + y;
        lostY = Kahan.lostOf(totalY, y, sumY, lostY);
        sumY = totalY;
        double xy = seconds[i] * y;
        double totalXy = sumXy + xy;
        lostXy = Kahan.lostOf(totalXy, xy, sumXy, lostXy);
        sumXy = totalXy;
      }
      if (Double.isFinite(sumY + sumXy) && Double.isFinite(lostY + lostXy)) {
        solve(count, sumX, sumY + lostY, sumXy + lostXy, sumXx);
      } else {
        fitUnusual(values, from, count);
      }
    }

    private static boolean isConstant(double[] values, int from, int to) {
      for (int i = from + 1; i < to; i++) {
        if (values[i] != values[from]) {
          return false;
        }
      }
      return true;
    }

    /** Whether the times are as far from the origin as those that were measured last. */
    private boolean hasDistances(long[] times, int from, long origin) {
      long different = 0;
      for (int i = 0; i < known; i++) {
        different |= (times[from + i] - origin) ^ distances[i];
      }
      return different == 0;
    }

    private void measure(long[] times, int from, int count, long origin) {
      if (distances.length < count) {
        distances = new long[Math.max(64, 2 * count)];
        seconds = new double[distances.length];
      }
      double x1 = 0;
      double lostX = 0;
      double x2 = 0;
      double lostXx = 0;
      for (int i = 0; i < count; i++) {
        distances[i] = times[from + i] - origin;
        double x = distances[i] / 1e3;
        seconds[i] = x;
        lostX = Kahan.lost(x, x1, lostX);
        x1 += x;
        lostXx = Kahan.lost(x * x, x2, lostXx);
        x2 += x * x;
      }
      known = count;
      sumX = x1 + lostX;
      sumXx = x2 + lostXx;
    }

    /** For values that may be infinite or no numbers, or whose sums overflow. */
    private void fitUnusual(double[] values, int from, int count) {
      double sumY = 0;
      double lostY = 0;
      double sumXy = 0;
      double lostXy = 0;
      for (int i = 0; i < count; i++) {
        double y = values[from + i];
        lostY = Kahan.lost(y, sumY, lostY);
        sumY += y;
        double xy = seconds[i] * y;
        lostXy = Kahan.lost(xy, sumXy, lostXy);
        sumXy += xy;
      }
      solve(count, sumX, sumY + lostY, sumXy + lostXy, sumXx);
    }

    private void solve(double n, double sumX, double sumY, double sumXy, double sumXx) {
      double covariance = sumXy - sumX * sumY / n;
      double variance = sumXx - sumX * sumX / n;
      slope = covariance / variance;
      intercept = sumY / n - slope * sumX / n;
    }
  }
}
