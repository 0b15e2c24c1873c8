package io.narthex.query.promql;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;

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

  /**
   * Tells how a query is evaluated; blocks, as {@link #query} does.
   *
   * @param analyze whether the query is run, so that the cost of each operator is known
   * @throws io.narthex.pipeline.fault.FaultException as {@link #query}; {@code NOT_ACCEPTABLE} from
   *     an engine that cannot tell
   */
  default QueryPlan explain(QueryRequest request, boolean analyze) {
    throw new FaultException(Fault.NOT_ACCEPTABLE, "this engine cannot explain queries");
  }
}
