package io.narthex.jobs.server;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A console that is asked for. All its queries together may take as long as one query of the API,
 * and end when the browser is gone.
 *
 * @param path of the console below all of them
 * @param parameters of the address
 * @param client address of the one who asks
 * @param limit of its time
 * @param arrivedNanos {@link System#nanoTime()} at its arrival
 * @param cancellation set when the browser is gone
 */
record ConsoleRequest(
    String path,
    Map<String, List<String>> parameters,
    String client,
    Duration limit,
    long arrivedNanos,
    Cancellation cancellation) {

  /**
   * One of its queries, with the time that is left.
   *
   * @throws FaultException {@code TIMEOUT} if none is, {@code CANCELED} if nobody waits for the
   *     page
   */
  QueryRequest query(String expression, long time) {
    cancellation.check("a console");
    long left = limit.toNanos() - (System.nanoTime() - arrivedNanos);
    if (left <= 0) {
      throw new FaultException(
          Fault.TIMEOUT,
          "the queries of the page took longer than "
              + limit.toSeconds()
              + " s (--query.timeout), or waited so long for other pages");
    }
    return new QueryRequest(
        expression, time, time, 0, Duration.ZERO, Duration.ofNanos(left), cancellation);
  }
}
