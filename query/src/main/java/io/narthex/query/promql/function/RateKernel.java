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
  // The extrapolation of the step before. Where scrapes and steps are regular, the distances of
  // most
  // steps are the same, and so is the factor.
  private long sampledMillis = -1;
  private long startMillis;
  private long endMillis;
  private int intervals;
  private double sampled;
  private double toStart;
  private double toEnd;
  private double factor;

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
      return;
    }
    int from = window.floatFrom();
    int last = window.floatTo() - 1;
    long[] times = window.floatTimes();
    boolean fromZero = kind.counter && beginsInside(window.floatStart(from), times[from], window);
    if (last == from && !fromZero) {
      return;
    }
    double[] values = window.values();
    double difference = values[last] - values[from];
    while (nextReset < resetCount && resets[nextReset] <= from) {
      nextReset++;
    }
    for (int i = nextReset; i < resetCount && resets[i] <= last; i++) {
      difference += values[resets[i] - 1];
    }
    if (kind.counter && StartTimes.floatsOverlap(window)) {
      call.warn(Notes.overlappingStart(window.labels().metricName()));
    }
    if (fromZero) {
      var span = new Extent(times[from], times[last], last - from);
      difference += values[from];
      out.set(step, difference * factorFromZero(window, span, window.floatStart(from)));
    } else {
      measure(window, times[from], times[last], last - from);
      out.set(step, difference * factor(values[from], difference));
    }
  }

  /** What the times of a column say of each step's extrapolation. */
  private record Extents(
      double[] sampled, double[] toStart, double[] toEnd, double[] factors, long[] pairs) {}

  private Extents extents(Window window, StepRanges ranges) {
    if (ranges.derived() instanceof Extents known) {
      return known;
    }
    int steps = ranges.steps();
    var extents =
        new Extents(
            new double[steps],
            new double[steps],
            new double[steps],
            new double[steps],
            new long[ranges.filled().length]);
    long[] times = window.floatTimes();
    for (int step = 0; step < steps; step++) {
      int from = ranges.from()[step];
      int last = ranges.to()[step] - 1;
      if (last > from) {
        window.range(ranges.start(step), ranges.end(step), ranges.time(step));
        measure(window, times[from], times[last], last - from);
        extents.sampled[step] = sampled;
        extents.toStart[step] = toStart;
        extents.toEnd[step] = toEnd;
        extents.factors[step] = factor;
        extents.pairs[step >>> 6] |= 1L << step;
      }
    }
    ranges.derive(extents);
    return extents;
  }

  @Override
  public boolean isAtOnce(Window window) {
    return !window.hasStarts();
  }

  @Override
  public void steps(Window window, StepRanges ranges, int first, int end, Column out) {
    if (window.hasStarts()) {
      RangeKernel.super.steps(window, ranges, first, end, out);
      return;
    }
    Extents extents = extents(window, ranges);
    grow(window, ranges, first, end, out.values());
    extrapolate(window.values(), ranges.from(), extents, first, end, out.values());
    int words = (end + 63) >>> 6;
    System.arraycopy(extents.pairs, first >>> 6, out.present(), first >>> 6, words - (first >>> 6));
  }

  /** The growth of the counter in each range that has two samples. */
  private void grow(Window window, StepRanges ranges, int first, int end, double[] grown) {
    double[] values = window.values();
    int[] from = ranges.from();
    int[] to = ranges.to();
    for (int step = first; step < end; step++) {
      int last = to[step] - 1;
      if (last > from[step]) {
        grown[step] = values[last] - values[from[step]];
      }
    }
    for (int step = first; step < end && nextReset < resetCount; step++) {
      int last = to[step] - 1;
      if (last <= from[step]) {
        continue;
      }
      while (nextReset < resetCount && resets[nextReset] <= from[step]) {
        nextReset++;
      }
      for (int i = nextReset; i < resetCount && resets[i] <= last; i++) {
        grown[step] += values[resets[i] - 1];
      }
    }
  }

  private void extrapolate(
      double[] values, int[] from, Extents extents, int first, int end, double[] grown) {
    double[] factors = extents.factors;
    if (!kind.counter) {
      for (int step = first; step < end; step++) {
        grown[step] *= factors[step];
      }
      return;
    }
    double[] toStarts = extents.toStart;
    double[] sampledTimes = extents.sampled;
    int last = values.length - 1;
    for (int step = first; step < end; step++) {
      double growth = grown[step];
      double start = values[Math.min(from[step], last)];
      double byFactor = growth * factors[step];
      // As in factor: a counter is not extrapolated below zero.
      if (growth > 0 && start >= 0 && (start < growth || toStarts[step] > sampledTimes[step])) {
        double toZero = sampledTimes[step] * (start / growth);
        if (toZero < toStarts[step]) {
          byFactor =
              growth
                  * perSecond(
                      (sampledTimes[step] + toZero + extents.toEnd[step]) / sampledTimes[step]);
        }
      }
      grown[step] = byFactor;
    }
  }

  private void histograms(Window window, int step, Column out) {
    if (window.floats() > 0) {
      call.warn(Notes.mixedFloatsAndHistograms(window.labels().metricName()));
      return;
    }
    int from = window.histogramFrom();
    int last = window.histogramTo() - 1;
    long firstTime = window.histogramTime(from);
    long start = window.histogramStart(from);
    boolean fromZero = kind.counter && beginsInside(start, firstTime, window);
    if (last == from && !fromZero) {
      return;
    }
    @Nullable FloatHistogram difference =
        HistogramRates.difference(window, call, kind.counter, fromZero);
    if (difference == null) {
      return;
    }
    if (kind.counter && StartTimes.histogramsOverlap(window)) {
      call.warn(Notes.overlappingStart(window.labels().metricName()));
    }
    double scale;
    if (fromZero) {
      var span = new Extent(firstTime, window.histogramTime(last), last - from);
      scale = factorFromZero(window, span, start);
    } else {
      measure(window, firstTime, window.histogramTime(last), last - from);
      scale = factor(window.histogram(from).count(), difference.count());
    }
    out.set(step, HistogramRates.scaled(difference, scale));
  }

  private static boolean beginsInside(long start, long time, Window window) {
    return StartTimes.inside(window, start, time);
  }

  /** First and last sample of a window and how many intervals are between them. */
  private record Extent(long first, long last, int intervals) {
    /** Average interval in seconds; 0 for a single sample. */
    double average() {
      return intervals == 0 ? 0 : Extrapolation.average(first, last, intervals);
    }
  }

  /** Finds how far a window is extrapolated, as long as its values do not say otherwise. */
  private void measure(Window window, long first, long last, int newIntervals) {
    long newStart = first - window.rangeStart();
    long newEnd = window.rangeEnd() - last;
    if (last - first == sampledMillis
        && newStart == startMillis
        && newEnd == endMillis
        && newIntervals == intervals) {
      return;
    }
    sampledMillis = last - first;
    startMillis = newStart;
    endMillis = newEnd;
    intervals = newIntervals;
    sampled = Extrapolation.seconds(first, last);
    double average = Extrapolation.average(first, last, newIntervals);
    toStart = Extrapolation.reaching(Extrapolation.seconds(window.rangeStart(), first), average);
    toEnd = Extrapolation.reaching(Extrapolation.seconds(last, window.rangeEnd()), average);
    factor = perSecond((sampled + toStart + toEnd) / sampled);
  }

  /**
   * By how much the growth of the window that was measured is multiplied.
   *
   * @param first its first value, a counter's
   * @param grown its growth
   */
  private double factor(double first, double grown) {
    // A counter that grew by less than its first value was zero further back than the window is
    // long.
    if (kind.counter && grown > 0 && first >= 0 && (first < grown || toStart > sampled)) {
      double toZero = sampled * (first / grown);
      if (toZero < toStart) {
        return perSecond((sampled + toZero + toEnd) / sampled);
      }
    }
    return factor;
  }

  /** For a counter that is known to have been zero at its start, inside of the range. */
  private double factorFromZero(Window window, Extent span, long start) {
    double sampled = (double) (span.last - start) / 1000;
    return perSecond((sampled + toEnd(window, span)) / sampled);
  }

  private static double toEnd(Window window, Extent span) {
    return Extrapolation.reaching(
        Extrapolation.seconds(span.last, window.rangeEnd()), span.average());
  }

  private double perSecond(double factor) {
    return kind.perSecond ? factor / seconds : factor;
  }
}
