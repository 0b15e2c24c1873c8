package io.narthex.query.promql.exec;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryStatistics;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import io.narthex.query.promql.plan.Durations;
import io.narthex.query.promql.plan.StepInvariance;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The engine: evaluates one series at a time over all steps. Label sets are grouped and joined once
 * per query; aggregations stream, so that memory grows with their groups, not with their input.
 */
public final class VectorizedQueryEngine implements QueryEngine {
  private final SampleStore store;
  private final EngineOptions options;
  private final ParseOptions parsing;
  private final Semaphore running;

  public VectorizedQueryEngine(SampleStore store, EngineOptions options) {
    this.store = store;
    this.options = options;
    parsing =
        new ParseOptions(
            options.has(Feature.EXPERIMENTAL_FUNCTIONS),
            options.has(Feature.FILL_MODIFIERS),
            options.has(Feature.EXTENDED_RANGE_SELECTORS),
            true);
    running = new Semaphore(options.maxConcurrency(), true);
  }

  @Override
  public QueryResult query(QueryRequest request) {
    long begin = System.nanoTime();
    Expr expr = PromqlParser.parse(request.query(), parsing);
    check(request, expr);
    Duration timeout = request.timeout().isZero() ? options.timeout() : request.timeout();
    long deadline = begin + timeout.toNanos();
    acquire(deadline);
    try {
      return evaluate(request, StepInvariance.mark(expr), begin, deadline);
    } catch (StackOverflowError e) {
      throw new FaultException(Fault.EXECUTION, "expression is nested too deeply", e);
    } finally {
      running.release();
    }
  }

  private static void check(QueryRequest request, Expr expr) {
    if (!request.isInstant()
        && expr.type() != ValueType.VECTOR
        && expr.type() != ValueType.SCALAR) {
      throw new FaultException(
          Fault.BAD_DATA,
          "invalid expression type \""
              + expr.type().text()
              + "\" for range query, must be Scalar or instant Vector");
    }
  }

  private void acquire(long deadline) {
    try {
      if (!running.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new FaultException(Fault.TIMEOUT, "query timed out in query queue");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FaultException(Fault.CANCELED, "query was canceled in query queue", e);
    }
  }

  private QueryResult evaluate(QueryRequest request, Expr expr, long begin, long deadline) {
    var annotations = new Annotations(request.query());
    Duration lookback = request.lookback().isZero() ? options.lookback() : request.lookback();
    var setup =
        new Evaluation.Setup(
            store,
            options,
            annotations,
            request.cancellation(),
            deadline,
            lookback.toMillis(),
            request.start(),
            request.end(),
            request.step());
    try (var evaluation = new Evaluation(setup)) {
      long planned = System.nanoTime();
      QueryValue value = value(request, expr, evaluation);
      long end = System.nanoTime();
      return new QueryResult(
          value,
          annotations.warnings(),
          annotations.infos(),
          new QueryStatistics(
              planned - begin,
              end - planned,
              evaluation.totalSamples(),
              evaluation.samplesRead(),
              evaluation.peakSamples(),
              evaluation.series()));
    }
  }

  private static QueryValue value(QueryRequest request, Expr expr, Evaluation evaluation) {
    var durations =
        new Durations(request.step() / 1000d, (request.end() - request.start()) / 1000d);
    TimeGrid grid =
        request.isInstant()
            ? TimeGrid.single(request.start())
            : TimeGrid.between(
                request.start(), request.end(), request.step(), evaluation.options().maxSamples());
    var planner = new Planner(evaluation, grid, durations);
    var results = new Results(evaluation, grid);
    if (request.isInstant() && expr.type() == ValueType.MATRIX) {
      Expr inner = StepInvariance.unwrapped(expr);
      Extension extension =
          inner instanceof Expr.MatrixSelector selector
              ? selector.vector().extension()
              : Extension.NONE;
      return results.ranges(planner.source(inner), extension);
    }
    Operand operand = expr.accept(planner);
    return request.isInstant() ? results.instant(operand) : results.matrix(operand);
  }
}
