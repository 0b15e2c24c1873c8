package io.narthex.query.promql.function;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.histogram.HistogramMath;
import io.narthex.query.promql.histogram.HistogramSum;
import io.narthex.query.promql.histogram.Resets;
import org.jspecify.annotations.Nullable;

/** Values at the bounds of anchored and smoothed ranges, from windows wider than the range. */
public final class ExtendedRange {
  private ExtendedRange() {}

  /** The last float at or before the beginning of the range; else the first of the window. */
  public static int first(Window window) {
    long[] times = window.floatTimes();
    int at = window.floatFrom();
    while (at + 1 < window.floatTo() && times[at + 1] <= window.rangeStart()) {
      at++;
    }
    return at;
  }

  /** The first float at or after the end of the range; else the last of the window. */
  public static int last(Window window) {
    long[] times = window.floatTimes();
    int at = window.floatTo() - 1;
    while (at > window.floatFrom() && times[at - 1] >= window.rangeEnd()) {
      at--;
    }
    return at;
  }

  /** The value at the beginning of the range. */
  public static double left(Window window, int first, boolean smoothed, boolean counter) {
    if (smoothed
        && window.floatTimes()[first] < window.rangeStart()
        && first + 1 < window.floatTo()) {
      return between(window, first, window.rangeStart(), counter);
    }
    return window.values()[first];
  }

  /** The value at the end of the range. */
  public static double right(Window window, int last, boolean smoothed, boolean counter) {
    if (smoothed && last > window.floatFrom() && window.floatTimes()[last] > window.rangeEnd()) {
      return between(window, last - 1, window.rangeEnd(), counter);
    }
    return window.values()[last];
  }

  /** Linear interpolation between a histogram and the next; null if they do not go together. */
  public static @Nullable FloatHistogram interpolated(
      Window window, int index, long time, boolean counter) {
    FloatHistogram before = window.histogram(index);
    FloatHistogram after = window.histogram(index + 1);
    double elapsed = (double) (time - window.histogramTime(index));
    double fraction = elapsed / (window.histogramTime(index + 1) - window.histogramTime(index));
    if (before.hasCustomBuckets() != after.hasCustomBuckets()) {
      return null;
    }
    if (counter && Resets.detect(after, before)) {
      return HistogramMath.multiply(after, fraction);
    }
    var difference = new HistogramSum(after, false);
    difference.subtract(before);
    difference.multiply(fraction);
    var sum = new HistogramSum(before, false);
    sum.add(difference.result(false));
    sum.hint(before.hint());
    return sum.result(true);
  }

  /** Linear interpolation between a float and the next; a counter that fell began again at zero. */
  public static double between(Window window, int index, long time, boolean counter) {
    long from = window.floatTimes()[index];
    long to = window.floatTimes()[index + 1];
    double before = window.values()[index];
    double after = window.values()[index + 1];
    if (counter && after < before) {
      before = 0;
    }
    return before + (after - before) * (time - from) / (to - from);
  }
}
