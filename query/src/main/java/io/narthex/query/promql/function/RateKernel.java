package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Expr.Extension;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * rate, increase and delta: the difference of the last and the first value, plus what was lost at
 * counter resets, extrapolated to the bounds of the range. Resets are found once for each sample; a
 * step adds up those in its window.
 *
 * <p>Extrapolation reaches a bound if it is nearer than 1.1 average intervals, else it goes half an
 * interval; a counter is not extrapolated below zero.
 */
final class RateKernel implements RangeKernel {
  /** What is computed. */
  enum Kind {
    RATE(true, true),
    INCREASE(true, false),
    DELTA(false, false);

    private final boolean counter;
    private final boolean perSecond;

    Kind(boolean counter, boolean perSecond) {
      this.counter = counter;
      this.perSecond = perSecond;
    }

    boolean counter() {
      return counter;
    }

    boolean perSecond() {
      return perSecond;
    }
  }

  private final Call call;
  private final Kind kind;
  private final double seconds;
  private int[] resets = new int[16];
  private int resetCount;
  private int nextReset;

  private RateKernel(Call call, Kind kind) {
    this.call = call;
    this.kind = kind;
    seconds = call.rangeSeconds();
  }

  static RangeKernel of(Call call, Kind kind) {
    return call.extension() == Extension.NONE
        ? new RateKernel(call, kind)
        : new ExtendedRateKernel(call, kind);
  }

  @Override
  public void begin(Window window) {
    resetCount = 0;
    nextReset = 0;
    if (!kind.counter) {
      return;
    }
    double[] values = window.values();
    boolean starts = window.hasStarts();
    int floats = window.allFloats();
    for (int i = 1; i < floats; i++) {
      if (values[i] < values[i - 1] || (starts && StartTimes.floatReset(window, i))) {
        if (resetCount == resets.length) {
          resets = Arrays.copyOf(resets, 2 * resetCount);
        }
        resets[resetCount++] = i;
      }
    }
  }

  @Override
  public void step(Window window, int step, Column out) {
    if (window.histograms() > 0) {
      histograms(window, step, out);
    } else if (window.floats() > 1) {
      int from = window.floatFrom();
      int last = window.floatTo() - 1;
      double[] values = window.values();
      double difference = values[last] - values[from];
      while (nextReset < resetCount && resets[nextReset] <= from) {
        nextReset++;
      }
      for (int i = nextReset; i < resetCount && resets[i] <= last; i++) {
        difference += values[resets[i] - 1];
      }
      double factor =
          factor(
              window,
              window.floatTimes()[from],
              window.floatTimes()[last],
              last - from,
              values[from],
              difference);
      out.set(step, difference * factor);
    }
  }

  private void histograms(Window window, int step, Column out) {
    if (window.floats() > 0) {
      call.warn(Notes.mixedFloatsAndHistograms(window.labels().metricName()));
      return;
    }
    if (window.histograms() < 2) {
      return;
    }
    @Nullable FloatHistogram difference = HistogramRates.difference(window, call, kind.counter);
    if (difference == null) {
      return;
    }
    int from = window.histogramFrom();
    int last = window.histogramTo() - 1;
    double factor =
        factor(
            window,
            window.histogramTime(from),
            window.histogramTime(last),
            last - from,
            window.histogram(from).count(),
            difference.count());
    out.set(step, HistogramRates.scaled(difference, factor));
  }

  private double factor(
      Window window, long firstTime, long lastTime, int intervals, double first, double grown) {
    double toStart = (double) (firstTime - window.rangeStart()) / 1000;
    double toEnd = (double) (window.rangeEnd() - lastTime) / 1000;
    double sampled = (double) (lastTime - firstTime) / 1000;
    double average = sampled / intervals;
    double threshold = average * 1.1;
    if (toStart >= threshold) {
      toStart = average / 2;
    }
    if (kind.counter && grown > 0 && first >= 0) {
      double toZero = sampled * (first / grown);
      if (toZero < toStart) {
        toStart = toZero;
      }
    }
    if (toEnd >= threshold) {
      toEnd = average / 2;
    }
    double factor = (sampled + toStart + toEnd) / sampled;
    return kind.perSecond ? factor / seconds : factor;
  }
}
