package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertTemplate;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import java.util.List;

/**
 * What templates of alerts and consoles ask, answered by an engine.
 *
 * @param requests what the engine is asked
 */
public record StoreQueries(QueryEngine engine, Requests requests) implements AlertTemplate.Query {

  /** Makes the request of an expression. */
  @FunctionalInterface
  public interface Requests {
    /**
     * An instant query.
     *
     * @throws FaultException if nothing more may be asked
     */
    QueryRequest at(String expression, long time);
  }

  /** Queries that nobody watches, with the time limit of the engine. */
  public StoreQueries(QueryEngine engine) {
    this(engine, QueryRequest::instant);
  }

  @Override
  public List<QueryValue.Sample> at(String expression, long time) {
    var value = engine.query(requests.at(expression, time)).value();
    if (value instanceof QueryValue.Vector vector) {
      return vector.samples();
    }
    if (value instanceof QueryValue.Scalar scalar) {
      return List.of(new QueryValue.Sample(Labels.EMPTY, time, scalar.value(), null));
    }
    throw new FaultException(Fault.EXECUTION, "query result is not a vector or scalar");
  }
}
