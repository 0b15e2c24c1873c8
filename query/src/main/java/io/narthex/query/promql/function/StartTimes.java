package io.narthex.query.promql.function;

/** What start timestamps say about counter resets. */
final class StartTimes {
  private StartTimes() {}

  /**
   * Whether a counter was reset between two samples according to their start timestamps; 0 is an
   * unknown one, and one after its own sample is invalid. A start at exactly the previous sample is
   * a reset (a delta) unless that sample's own start is unknown.
   */
  static boolean reset(long previousStart, long previousTime, long start, long time) {
    if (start == 0 || start > time || start < previousTime) {
      return false;
    }
    return start > previousTime || previousStart != 0;
  }

  static boolean floatReset(Window window, int index) {
    return window.hasStarts()
        && reset(
            window.floatStart(index - 1),
            window.floatTimes()[index - 1],
            window.floatStart(index),
            window.floatTimes()[index]);
  }

  static boolean histogramReset(Window window, int index) {
    return window.hasStarts()
        && reset(
            window.histogramStart(index - 1),
            window.histogramTime(index - 1),
            window.histogramStart(index),
            window.histogramTime(index));
  }
}
