package io.narthex.query.promql;

/** Evaluates PromQL over a store. Safe for use by several threads. */
public interface QueryEngine {

  /**
   * Evaluates a query; blocks, so it is not to be called on an event loop.
   *
   * @throws io.narthex.pipeline.fault.FaultException {@code BAD_DATA} for a faulty query, {@code
   *     EXECUTION} and {@code TOO_MANY_SAMPLES} for one that cannot be computed, {@code TIMEOUT},
   *     {@code CANCELED}, {@code ENDED}
   */
  QueryResult query(QueryRequest request);
}
