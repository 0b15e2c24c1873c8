package io.narthex.operators.rules.incremental;

import io.narthex.operators.rules.window.SelectedSeries;
import io.narthex.operators.rules.window.SeriesWindow;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.query.promql.function.Extrapolation;
import java.util.Arrays;

/**
 * {@code rate}, {@code increase} and {@code delta} of a range selector. First and last sample and
 * the growth between them are kept; only the extrapolation to the bounds of the range is computed
 * at each tick.
 */
final class RateNode extends SelectorNode {
  /** Which of the three. */
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
  }

  private final Kind kind;
  private final double rangeSeconds;
  private long[] firsts = new long[0];
  private long[] lasts = new long[0];
  private double[] grown = new double[0];
  private double[] averages = new double[0];
  private double[] toZeros = new double[0];
  private long computedEnd = Long.MIN_VALUE;
  private long computedStructure = -1;

  RateNode(SelectedSeries source, Kind kind, long range, double rangeSeconds, long offset) {
    super(source, range, offset, false);
    this.kind = kind;
    this.rangeSeconds = rangeSeconds;
  }

  @Override
  void resize(int size) {
    firsts = Arrays.copyOf(firsts, size);
    lasts = Arrays.copyOf(lasts, size);
    grown = Arrays.copyOf(grown, size);
    averages = Arrays.copyOf(averages, size);
    toZeros = Arrays.copyOf(toZeros, size);
  }

  @Override
  void move(int position, int to) {
    firsts[to] = firsts[position];
    lasts[to] = lasts[position];
    grown[to] = grown[position];
    averages[to] = averages[position];
    toZeros[to] = toZeros[position];
  }

  @Override
  void look(int position, SeriesWindow window, int first, int end) {
    int from = first;
    while (from < end && isStale(window.value(from))) {
      from++;
    }
    int last = from;
    int count = from < end ? 1 : 0;
    boolean reset = false;
    for (int row = from + 1; row < end; row++) {
      double value = window.value(row);
      if (isStale(value)) {
        continue;
      }
      reset |= value < window.value(last);
      last = row;
      count++;
    }
    present[position] = count > 1;
    if (count < 2) {
      return;
    }
    double difference = window.value(last) - window.value(from);
    if (reset && kind.counter) {
      difference = withResets(window, from, last, difference);
    }
    long firstTime = window.time(from);
    long lastTime = window.time(last);
    firsts[position] = firstTime;
    lasts[position] = lastTime;
    grown[position] = difference;
    averages[position] = Extrapolation.average(firstTime, lastTime, count - 1);
    double sampled = Extrapolation.seconds(firstTime, lastTime);
    toZeros[position] =
        kind.counter ? Extrapolation.toZero(sampled, window.value(from), difference) : Double.NaN;
  }

  /** Adds what was lost at each reset, in order, as the function does. */
  private static double withResets(SeriesWindow window, int from, int last, double difference) {
    double sum = difference;
    double before = window.value(from);
    for (int row = from + 1; row <= last; row++) {
      double value = window.value(row);
      if (isStale(value)) {
        continue;
      }
      if (value < before) {
        sum += before;
      }
      before = value;
    }
    return sum;
  }

  private static boolean isStale(double value) {
    return StaleMarker.is(value);
  }

  @Override
  void compute(long rangeStart, long rangeEnd, boolean changed) {
    if (!changed && rangeEnd == computedEnd && structure == computedStructure) {
      return;
    }
    int size = size();
    for (int position = 0; position < size; position++) {
      if (present[position]) {
        long first = firsts[position];
        long last = lasts[position];
        double factor =
            Extrapolation.factor(
                Extrapolation.seconds(first, last),
                averages[position],
                toZeros[position],
                Extrapolation.seconds(rangeStart, first),
                Extrapolation.seconds(last, rangeEnd));
        values[position] = grown[position] * (kind.perSecond ? factor / rangeSeconds : factor);
      }
    }
    computedEnd = rangeEnd;
    computedStructure = structure;
    version++;
  }
}
