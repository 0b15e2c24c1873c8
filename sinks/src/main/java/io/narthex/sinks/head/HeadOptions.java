package io.narthex.sinks.head;

import java.time.Duration;

/**
 * What the head accepts.
 *
 * @param outOfOrderWindow how far behind the newest sample of the head a sample may lie that is not
 *     the newest of its series
 * @param maxAhead how far ahead of the clock samples of remote write may lie
 * @param retention how far behind the newest sample any sample may lie; zero is no limit
 * @param idleTimeout how long a series may go without a sample before it leaves the head
 * @param maxSeries most series in the head; 0 is no limit
 * @param maxExemplars most exemplars of all series
 */
public record HeadOptions(
    Duration outOfOrderWindow,
    Duration maxAhead,
    Duration retention,
    Duration idleTimeout,
    int maxSeries,
    int maxExemplars) {

  /**
   * 30 minutes out of order, 10 minutes ahead, 15 days of retention, no limit on series, 100,000
   * exemplars.
   */
  public static final HeadOptions DEFAULT =
      new HeadOptions(
          Duration.ofMinutes(30),
          Duration.ofMinutes(10),
          Duration.ofDays(15),
          Duration.ofMinutes(15),
          0,
          100_000);

  public HeadOptions withOutOfOrderWindow(Duration window) {
    return new HeadOptions(window, maxAhead, retention, idleTimeout, maxSeries, maxExemplars);
  }

  public HeadOptions withRetention(Duration retention) {
    return new HeadOptions(
        outOfOrderWindow, maxAhead, retention, idleTimeout, maxSeries, maxExemplars);
  }

  public HeadOptions withMaxSeries(int maxSeries) {
    return new HeadOptions(
        outOfOrderWindow, maxAhead, retention, idleTimeout, maxSeries, maxExemplars);
  }
}
