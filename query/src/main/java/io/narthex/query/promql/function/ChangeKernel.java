package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.histogram.HistogramMath;
import io.narthex.query.promql.histogram.Resets;
import java.util.Arrays;

/**
 * Counts changes or counter resets in a window. Whether a float differs from the one before is
 * computed once for each sample, as a running count.
 */
final class ChangeKernel implements RangeKernel {
  private final boolean resets;
  private final boolean anchored;
  private int[] running = new int[256];

  ChangeKernel(Call call, boolean resets) {
    this.resets = resets;
    anchored = call.extension() == Extension.ANCHORED;
  }

  @Override
  public void begin(Window window) {
    double[] values = window.values();
    int floats = window.allFloats();
    if (running.length < floats) {
      running = Arrays.copyOf(running, Math.max(floats, 2 * running.length));
    }
    int count = 0;
    running[0] = 0;
    for (int i = 1; i < floats; i++) {
      if (differs(window, values, i)) {
        count++;
      }
      running[i] = count;
    }
  }

  @Override
  public void step(Window window, int step, Column out) {
    int from = window.floatFrom();
    int to = window.floatTo();
    if (anchored) {
      long[] times = window.floatTimes();
      if (from == to || times[to - 1] <= window.rangeStart()) {
        return;
      }
      while (from + 1 < to && times[from + 1] <= window.rangeStart()) {
        from++;
      }
    }
    if (window.histograms() == 0) {
      out.set(step, from == to ? 0 : (double) running[to - 1] - running[from]);
    } else {
      out.set(step, mixed(window, from));
    }
  }

  private boolean differs(Window window, double[] values, int i) {
    if (resets) {
      return values[i] < values[i - 1] || StartTimes.floatReset(window, i);
    }
    return values[i] != values[i - 1] && !(Double.isNaN(values[i]) && Double.isNaN(values[i - 1]));
  }

  private double mixed(Window window, int from) {
    long[] times = window.floatTimes();
    double[] values = window.values();
    int nextFloat = from;
    int nextHistogram = window.histogramFrom();
    int previousFloat = -1;
    int previousHistogram = -1;
    int count = 0;
    while (nextFloat < window.floatTo() || nextHistogram < window.histogramTo()) {
      boolean isFloat =
          nextHistogram >= window.histogramTo()
              || (nextFloat < window.floatTo()
                  && times[nextFloat] < window.histogramTime(nextHistogram));
      if (isFloat) {
        if (previousHistogram >= 0 || (previousFloat >= 0 && differs(window, values, nextFloat))) {
          count++;
        }
        previousFloat = nextFloat++;
        previousHistogram = -1;
      } else {
        if (previousFloat >= 0
            || (previousHistogram >= 0 && differs(window, previousHistogram, nextHistogram))) {
          count++;
        }
        previousHistogram = nextHistogram++;
        previousFloat = -1;
      }
    }
    return count;
  }

  private boolean differs(Window window, int previousIndex, int index) {
    FloatHistogram previous = window.histogram(previousIndex);
    FloatHistogram current = window.histogram(index);
    if (resets) {
      return StartTimes.histogramReset(window, index) || Resets.detect(current, previous);
    }
    return !HistogramMath.equal(current, previous);
  }
}
