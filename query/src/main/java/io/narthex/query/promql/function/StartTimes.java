package io.narthex.query.promql.function;

/** What start timestamps say about counters. */
final class StartTimes {
  private StartTimes() {}

  /** Whether a start timestamp says anything: it is known and before its sample. */
  static boolean known(long start, long time) {
    return start != 0 && start < time;
  }

  /**
   * Whether a counter was reset between two samples according to their start timestamps. A start at
   * exactly the previous sample is a reset (a delta) unless that sample's own start is unknown.
   */
  static boolean reset(long previousStart, long previousTime, long start, long time) {
    if (!known(start, time) || start < previousTime) {
      return false;
    }
    return start > previousTime || known(previousStart, previousTime);
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

  /** Whether a counter began inside of the range, so that it was zero at its start timestamp. */
  static boolean inside(Window window, long start, long time) {
    return window.hasStarts() && known(start, time) && start > window.rangeStart();
  }

  /** Whether some float of the window claims to have begun before the one before it was taken. */
  static boolean floatsOverlap(Window window) {
    for (int i = window.floatFrom() + 1; window.hasStarts() && i < window.floatTo(); i++) {
      long start = window.floatStart(i);
      if (start != 0 && start < window.floatTimes()[i - 1] && start != window.floatStart(i - 1)) {
        return true;
      }
    }
    return false;
  }

  /** As {@link #floatsOverlap}. */
  static boolean histogramsOverlap(Window window) {
    int to = window.histogramTo();
    for (int i = window.histogramFrom() + 1; window.hasStarts() && i < to; i++) {
      long start = window.histogramStart(i);
      if (start != 0
          && start < window.histogramTime(i - 1)
          && start != window.histogramStart(i - 1)) {
        return true;
      }
    }
    return false;
  }
}
