package io.narthex.sources.scrape;

/**
 * When a target is scraped: at times that are equal to its hash modulo the interval, so that
 * targets spread over the interval and keep their places. Times in milliseconds. Not thread-safe.
 */
final class ScrapeSchedule {
  private final long interval;
  private final long tolerance;
  private final long first;
  private long planned;

  /**
   * A schedule that begins now or later.
   *
   * @param tolerance how late a scrape may begin and still have the planned time
   */
  ScrapeSchedule(long hash, long interval, long tolerance, long now) {
    this.interval = interval;
    this.tolerance = Math.min(tolerance, interval / 100);
    long offset = Long.remainderUnsigned(hash, interval);
    this.first = now + Math.floorMod(offset - now, interval);
    this.planned = first;
  }

  /** The first planned time. */
  long first() {
    return first;
  }

  /** The time of a scrape that begins now. */
  long timestamp(long now) {
    if (now - planned >= interval) {
      planned += (now - planned) / interval * interval;
    }
    long time = Math.abs(now - planned) <= tolerance ? planned : now;
    if (now >= planned) {
      return time;
    }
    return Math.min(time, now); // a timer that fires early gets no time ahead of the clock
  }

  /** The first planned time after now. */
  long next(long now) {
    return now + Math.floorMod(first - now - 1, interval) + 1;
  }
}
