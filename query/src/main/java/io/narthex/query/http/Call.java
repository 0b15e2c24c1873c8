package io.narthex.query.http;

import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryProgress;

/**
 * One request to an endpoint.
 *
 * @param parameters of address and form
 * @param variable the variable part of the path, decoded; empty if it has none
 * @param body of a request that is no form; empty unless its route reads it
 * @param accept the Accept header; empty if there is none
 * @param arrivedNanos {@link System#nanoTime()} at the request's arrival
 * @param client address of the one who asks
 * @param cancellation set when the client is gone or the time is up
 * @param progress what a query has used; its result counts as held until the answer is sent
 */
record Call(
    Parameters parameters,
    String variable,
    byte[] body,
    String accept,
    long arrivedNanos,
    String client,
    Cancellation cancellation,
    QueryProgress progress) {

  /** The same request of a client that wants JSON. */
  Call asJson() {
    return new Call(parameters, variable, body, "", arrivedNanos, client, cancellation, progress);
  }

  /** The same request, asked once more. */
  Call again(long nanos, Cancellation nextCancellation, QueryProgress nextProgress) {
    return new Call(
        parameters, variable, body, accept, nanos, client, nextCancellation, nextProgress);
  }
}
