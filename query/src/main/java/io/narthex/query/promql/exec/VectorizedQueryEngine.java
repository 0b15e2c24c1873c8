package io.narthex.query.promql.exec;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryProgress;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryStatistics;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import io.narthex.query.promql.plan.Durations;
import io.narthex.query.promql.plan.StepInvariance;
import java.time.Duration;

/**
 * The engine: evaluates one series at a time over all steps. Label sets are grouped and joined once
 * per query; aggregations stream, so that memory grows with their groups, not with their input.
 */
public final class VectorizedQueryEngine implements QueryEngine {
  /**
   * Queries that compute at once; the others take turns. More than cores, since a query may wait
   * for the disk.
   */
  private static final int PLACES_PER_CORE = 2;

  private static final int MIN_PLACES = 4;

  private final SampleStore store;
  private final EngineOptions options;
  private final ParseOptions parsing;
  private final Turns turns;
  private final MemoryPool pool;

  public VectorizedQueryEngine(SampleStore store, EngineOptions options) {
    this.store = store;
    this.options = options;
    parsing = options.parsing();
    int places = Math.max(MIN_PLACES, PLACES_PER_CORE * Runtime.getRuntime().availableProcessors());
    turns = new Turns(Math.min(options.maxConcurrency(), places));
    pool = new MemoryPool(options.maxTotalBytes());
  }

  @Override
  public QueryResult query(QueryRequest request) {
    long begin = System.nanoTime();
    return query(request, PromqlParser.parse(request.query(), parsing), begin);
  }

  /**
   * Evaluates a query that was parsed before.
   *
   * @param expr the request's query, parsed with the options of this engine
   * @throws FaultException as {@link #query(QueryRequest)}
   */
  public QueryResult query(QueryRequest request, Expr expr) {
    return query(request, expr, System.nanoTime());
  }

  private QueryResult query(QueryRequest request, Expr expr, long begin) {
    check(request, expr);
    Duration timeout = request.timeout().isZero() ? options.timeout() : request.timeout();
    long deadline = begin + timeout.toNanos();
    var progress = request.progress();
    var memory = new MemoryAccount(pool, options.maxBytes());
    boolean kept = false;
    try (var turn = turns.begin(request.cancellation(), deadline)) {
      QueryResult result = evaluate(new Run(request, expr, begin, deadline, turn, memory));
      progress.update(
          QueryProgress.State.DONE,
          result.statistics().samplesRead(),
          memory.held(),
          memory.peak());
      kept = progress.keepsResult();
      return result;
    } catch (StackOverflowError e) {
      throw new FaultException(Fault.EXECUTION, "expression is nested too deeply", e);
    } finally {
      if (kept) {
        memory.trim();
        progress.onClose(memory::close);
      } else {
        memory.close();
      }
    }
  }

  /** One query on its way. */
  private record Run(
      QueryRequest request,
      Expr expr,
      long begin,
      long deadline,
      Turns.Turn turn,
      MemoryAccount memory) {}

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

  private QueryResult evaluate(Run run) {
    QueryRequest request = run.request;
    long queued = run.turn.waited();
    Expr expr = StepInvariance.mark(run.expr);
    var annotations = new Annotations(request.query());
    Duration lookback = request.lookback().isZero() ? options.lookback() : request.lookback();
    var setup =
        new Evaluation.Setup(
            store,
            options,
            annotations,
            request.cancellation(),
            run.deadline,
            lookback.toMillis(),
            request.start(),
            request.end(),
            request.step(),
            expr,
            run.memory,
            run.turn,
            request.progress());
    try (var evaluation = new Evaluation(setup)) {
      long planned = System.nanoTime();
      QueryValue value = value(request, expr, evaluation);
      long end = System.nanoTime();
      long waited = run.turn.waited();
      return new QueryResult(
          value,
          annotations.warnings(),
          annotations.infos(),
          new QueryStatistics(
              planned - run.begin - queued,
              waited,
              end - planned - (waited - queued),
              evaluation.totalSamples(),
              evaluation.samplesRead(),
              evaluation.peakSamples(),
              run.memory.peak(),
              evaluation.series()));
    }
  }

  private static QueryValue value(QueryRequest request, Expr expr, Evaluation evaluation) {
    var durations =
        new Durations(request.step() / 1000d, (request.end() - request.start()) / 1000d);
    TimeGrid grid =
        request.isInstant()
            ? TimeGrid.single(request.start())
            : TimeGrid.between(evaluation, request.start(), request.end(), request.step());
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
    Operand operand = planner.plan(expr);
    return request.isInstant() ? results.instant(operand) : results.matrix(operand);
  }
}
