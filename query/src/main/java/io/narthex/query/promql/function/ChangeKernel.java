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
    int histogramFrom = window.histogramFrom();
    if (anchored) {
      int floatAnchor = floatAnchor(window);
      int histogramAnchor = histogramAnchor(window);
      boolean anything = floatAnchor + 1 < to || histogramAnchor + 1 < window.histogramTo();
      if (!anything) {
        return;
      }
      // Only the later of the two is the anchor; the other is before it.
      boolean histogramIsAnchor =
          histogramAnchor >= histogramFrom
              && (floatAnchor < from
                  || window.histogramTime(histogramAnchor) > window.floatTimes()[floatAnchor]);
      boolean floatIsAnchor = floatAnchor >= from && !histogramIsAnchor;
      from = floatIsAnchor ? floatAnchor : floatAnchor + 1;
      histogramFrom = histogramIsAnchor ? histogramAnchor : histogramAnchor + 1;
    }
    if (histogramFrom == window.histogramTo()) {
      out.set(step, from == to ? 0 : (double) running[to - 1] - running[from]);
    } else {
      out.set(step, mixed(window, from, histogramFrom));
    }
  }

  @Override
  public boolean isAtOnce(Window window) {
    return !anchored;
  }

  @Override
  public void steps(Window window, StepRanges ranges, int first, int end, Column out) {
    if (anchored) {
      RangeKernel.super.steps(window, ranges, first, end, out);
      return;
    }
    int[] from = ranges.from();
    int[] to = ranges.to();
    double[] values = out.values();
    for (int step = first; step < end; step++) {
      if (from[step] < to[step]) {
        values[step] = running[to[step] - 1] - running[from[step]];
      }
    }
    int word = first >>> 6;
    System.arraycopy(ranges.filled(), word, out.present(), word, ((end + 63) >>> 6) - word);
  }

  /** The last float at or before the range; the one before the first if there is none. */
  private static int floatAnchor(Window window) {
    int at = window.floatFrom() - 1;
    while (at + 1 < window.floatTo() && window.floatTimes()[at + 1] <= window.rangeStart()) {
      at++;
    }
    return at;
  }

  private static int histogramAnchor(Window window) {
    int at = window.histogramFrom() - 1;
    while (at + 1 < window.histogramTo() && window.histogramTime(at + 1) <= window.rangeStart()) {
      at++;
    }
    return at;
  }

  private boolean differs(Window window, double[] values, int i) {
    if (resets) {
      return values[i] < values[i - 1] || StartTimes.floatReset(window, i);
    }
    return values[i] != values[i - 1] && !(Double.isNaN(values[i]) && Double.isNaN(values[i - 1]));
  }

  private double mixed(Window window, int from, int histogramFrom) {
    long[] times = window.floatTimes();
    double[] values = window.values();
    int nextFloat = from;
    int nextHistogram = histogramFrom;
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
