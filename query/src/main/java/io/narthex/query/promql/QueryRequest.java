package io.narthex.query.promql;

import java.time.Duration;

/**
 * A query with its times, in milliseconds since the epoch.
 *
 * @param query the PromQL text
 * @param start time of the first step, or of the only one
 * @param end upper bound of the steps
 * @param step between steps; 0 makes it an instant query at {@code start}
 * @param lookback how far an instant selector looks back; zero takes the engine's default
 * @param timeout after which it is given up; zero takes the engine's default
 * @param cancellation by which the caller can give it up
 * @param progress by which it can be watched
 * @param fresh whether it is computed even if a cache has the answer
 * @param perStep whether the samples of each step are wanted, where the engine may tell them
 */
public record QueryRequest(
    String query,
    long start,
    long end,
    long step,
    Duration lookback,
    Duration timeout,
    Cancellation cancellation,
    QueryProgress progress,
    boolean fresh,
    boolean perStep) {

  /** A query that a cache may answer. */
  public QueryRequest(
      String query,
      long start,
      long end,
      long step,
      Duration lookback,
      Duration timeout,
      Cancellation cancellation,
      QueryProgress progress) {
    this(query, start, end, step, lookback, timeout, cancellation, progress, false, false);
  }

  /** A query that nobody watches. */
  public QueryRequest(
      String query,
      long start,
      long end,
      long step,
      Duration lookback,
      Duration timeout,
      Cancellation cancellation) {
    this(query, start, end, step, lookback, timeout, cancellation, QueryProgress.unwatched());
  }

  public static QueryRequest instant(String query, long time) {
    return new QueryRequest(query, time, time, 0, Duration.ZERO, Duration.ZERO, new Cancellation());
  }

  public static QueryRequest range(String query, long start, long end, long step) {
    return new QueryRequest(
        query, start, end, step, Duration.ZERO, Duration.ZERO, new Cancellation());
  }

  /** The same, not to be answered from a cache. */
  public QueryRequest freshly() {
    return new QueryRequest(
        query, start, end, step, lookback, timeout, cancellation, progress, true, perStep);
  }

  /** The same with the samples of each step. */
  public QueryRequest withSteps() {
    return new QueryRequest(
        query, start, end, step, lookback, timeout, cancellation, progress, fresh, true);
  }

  public boolean isInstant() {
    return step == 0;
  }
}
