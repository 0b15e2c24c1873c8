package io.narthex.query.promql.function;

/**
 * By how much the growth between the first and the last sample of a range is extrapolated to its
 * bounds. Reaches a bound if it is nearer than 1.1 average intervals, else goes half an interval; a
 * counter is not extrapolated below zero. All durations are seconds.
 */
public final class Extrapolation {
  private static final double NEAR = 1.1;

  private Extrapolation() {}

  /** From one time in milliseconds to a later one. */
  public static double seconds(long from, long to) {
    return (double) (to - from) / 1000;
  }

  /**
   * The average interval between samples.
   *
   * @param first time of the first sample, milliseconds
   * @param last time of the last one
   * @param intervals between them, at least one
   */
  public static double average(long first, long last, int intervals) {
    return (double) (last - first) / 1000 / intervals;
  }

  /**
   * How long before its first sample a counter was zero, had it grown evenly; NaN if that is no
   * limit.
   */
  public static double toZero(double sampled, double first, double grown) {
    return grown > 0 && first >= 0 ? sampled * (first / grown) : Double.NaN;
  }

  /**
   * The factor.
   *
   * @param sampled from the first to the last sample
   * @param average interval between samples
   * @param toZero as {@link #toZero} gives it; NaN for what is no counter
   * @param toStart from the start of the range to the first sample
   * @param toEnd from the last sample to the end of the range
   */
  public static double factor(
      double sampled, double average, double toZero, double toStart, double toEnd) {
    double before = reaching(toStart, average);
    if (toZero < before) {
      before = toZero;
    }
    return (sampled + before + reaching(toEnd, average)) / sampled;
  }

  /** How far towards a bound at this distance. */
  static double reaching(double distance, double average) {
    return distance >= average * NEAR ? average / 2 : distance;
  }
}
