package io.narthex.query.promql.exec;

/**
 * The times at which an expression is evaluated, in milliseconds.
 *
 * @param start first step
 * @param interval between steps
 * @param steps number of steps; none if an expression is evaluated nowhere
 * @param tally where the samples count that are looked at
 */
record TimeGrid(long start, long interval, int steps, StepTally tally) {
  private TimeGrid(long start, long interval, int steps) {
    this(start, interval, steps, StepTally.ONCE);
  }

  /** The same times with another tally. */
  TimeGrid with(StepTally other) {
    return new TimeGrid(start, interval, steps, other);
  }

  /**
   * All steps from a start to an end, which counts as well.
   *
   * @throws io.narthex.pipeline.fault.FaultException {@code TOO_MANY_SAMPLES} if one series would
   *     have more than the query may hold
   */
  static TimeGrid between(Evaluation evaluation, long start, long end, long interval) {
    long steps = end < start ? 0 : (end - start) / interval + 1;
    if (steps > Math.min(evaluation.options().maxSamples(), Integer.MAX_VALUE / 2)) {
      throw evaluation.tooManySamples(evaluation.site(), steps);
    }
    return new TimeGrid(start, interval, (int) steps);
  }

  static TimeGrid single(long time) {
    return new TimeGrid(time, 1, 1);
  }

  long at(int step) {
    return start + step * interval;
  }

  long end() {
    return at(steps - 1);
  }

  boolean isSingle() {
    return steps == 1;
  }
}
