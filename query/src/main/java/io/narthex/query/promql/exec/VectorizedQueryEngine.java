package io.narthex.query.promql.exec;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.ReadingBudget;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryPlan;
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
import org.jspecify.annotations.Nullable;

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
  private volatile EngineOptions options; // but for the step of sub-queries they stay
  private final ParseOptions parsing;
  private final Turns turns;
  private final MemoryPool pool;
  private final SpareCores spareCores;
  private volatile long lastEnded = System.nanoTime();

  /** Evaluates each query on the thread of its caller. */
  public VectorizedQueryEngine(SampleStore store, EngineOptions options) {
    this(store, options, SpareCores.none());
  }

  /** Evaluates heavy queries on other cores as well. */
  public VectorizedQueryEngine(SampleStore store, EngineOptions options, SpareCores spareCores) {
    this.store = store;
    this.spareCores = spareCores;
    this.options = options;
    parsing = options.parsing();
    int places = Math.max(MIN_PLACES, PLACES_PER_CORE * Runtime.getRuntime().availableProcessors());
    turns = new Turns(Math.min(options.maxConcurrency(), places));
    pool = new MemoryPool(options.maxTotalBytes());
  }

  @Override
  public QueryResult query(QueryRequest request) {
    return query(request, null, new MemoryAccount(pool, options.maxBytes()));
  }

  /**
   * Evaluates a query whose tree somebody else keeps.
   *
   * @param parsed the request's query, parsed with the options of this engine
   * @throws FaultException as {@link #query(QueryRequest)}
   */
  public QueryResult query(QueryRequest request, Expr parsed) {
    return query(request, parsed, new MemoryAccount(pool, options.maxBytes()));
  }

  /**
   * Evaluates a query that was parsed before, and takes over what that holds.
   *
   * @throws FaultException as {@link #query(QueryRequest)}
   */
  public QueryResult query(QueryRequest request, ParsedQuery parsed) {
    return query(request, parsed.expr(), parsed.handOver());
  }

  private QueryResult query(QueryRequest request, @Nullable Expr parsed, MemoryAccount memory) {
    long begin = System.nanoTime();
    Duration timeout = request.timeout().isZero() ? options.timeout() : request.timeout();
    long deadline = begin + timeout.toNanos();
    var progress = request.progress();
    boolean kept = false;
    try (var turn = turns.begin(request.cancellation(), deadline)) {
      Expr expr = parsed == null ? parse(request, turn, memory) : parsed;
      long ofTree = memory.held();
      check(request, expr);
      QueryResult result = evaluate(new Run(request, expr, begin, deadline, turn, memory, null));
      memory.release(ofTree);
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
      lastEnded = System.nanoTime();
      if (kept) {
        memory.trim();
        progress.onClose(memory::close);
      } else {
        memory.close();
      }
    }
  }

  /** Bytes that all queries and answers together hold, estimated. */
  public long held() {
    return pool.held();
  }

  /** Whether results tell the samples of each step, where a request wants that. */
  public boolean tellsSteps() {
    return options.has(EngineOptions.Feature.PER_STEP_STATISTICS);
  }

  /**
   * Counts bytes of an answer that come from elsewhere than a query, as those of a query, until the
   * answer is handed over. Nothing is counted for who does not tell when that is.
   *
   * @throws FaultException {@code TOO_MANY_SAMPLES} if one query may not hold so much, {@code
   *     OVERLOADED} if all together may not
   */
  public void hold(QueryProgress progress, long bytes) {
    if (!progress.keepsResult()) {
      return;
    }
    var memory = new MemoryAccount(pool, options.maxBytes());
    MemoryAccount.Outcome outcome = memory.hold(bytes);
    if (outcome != MemoryAccount.Outcome.GRANTED) {
      throw memory.refusal(outcome, bytes, amount -> "; " + amount + " asked for a kept answer");
    }
    memory.trim();
    progress.onClose(memory::close);
  }

  /** The step of sub-queries that name none. */
  public Duration subqueryStep() {
    return options.subqueryStep();
  }

  /** Gives sub-queries that name no step another one; queries that run keep theirs. */
  public synchronized void subqueryStep(Duration step) {
    options = options.withSubqueryStep(step);
  }

  /**
   * How long nobody has asked anything: nanoseconds since the last query ended, or since the engine
   * was made; 0 while one is computed.
   */
  public long quietNanos() {
    return turns.computing() > 0 ? 0 : System.nanoTime() - lastEnded;
  }

  /**
   * Reads a query when it is its turn to compute, for a long text takes as long as some queries.
   *
   * @throws FaultException {@code BAD_DATA} for what is wrong with it, or as {@link
   *     #query(QueryRequest)}
   */
  public ParsedQuery parse(QueryRequest request) {
    Duration timeout = request.timeout().isZero() ? options.timeout() : request.timeout();
    var memory = new MemoryAccount(pool, options.maxBytes());
    try (var turn = turns.begin(request.cancellation(), System.nanoTime() + timeout.toNanos())) {
      return new ParsedQuery(parse(request, turn, memory), memory);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  @Override
  public QueryPlan explain(QueryRequest request, boolean analyze) {
    long begin = System.nanoTime();
    Duration timeout = request.timeout().isZero() ? options.timeout() : request.timeout();
    long deadline = begin + timeout.toNanos();
    var memory = new MemoryAccount(pool, options.maxBytes());
    @Nullable PlanRecorder recorder = analyze ? new PlanRecorder() : null;
    try (var turn = turns.begin(request.cancellation(), deadline)) {
      Expr expr = parse(request, turn, memory);
      check(request, expr);
      var run = new Run(request, expr, begin, deadline, turn, memory, recorder);
      QueryPlan.@Nullable Outcome outcome = null;
      if (analyze) {
        QueryResult result = evaluate(run);
        outcome = new QueryPlan.Outcome(result.statistics(), result.warnings(), result.infos());
      }
      return describe(run, outcome);
    } catch (StackOverflowError e) {
      throw new FaultException(Fault.EXECUTION, "expression is nested too deeply", e);
    } finally {
      memory.close();
    }
  }

  private Expr parse(QueryRequest request, Turns.Turn turn, MemoryAccount memory) {
    var budget =
        new ReadingBudget(
            bytes -> {
              turn.checkpoint();
              MemoryAccount.Outcome outcome = memory.hold(bytes);
              if (outcome != MemoryAccount.Outcome.GRANTED) {
                throw memory.refusal(
                    outcome, bytes, amount -> "; " + amount + " asked for to read the query");
              }
            });
    return PromqlParser.parse(request.query(), parsing, budget, turn::checkpoint);
  }

  private QueryPlan describe(Run run, QueryPlan.@Nullable Outcome outcome) {
    QueryRequest request = run.request;
    Expr expr = StepInvariance.mark(run.expr);
    var unmeasured =
        new Run(run.request, run.expr, run.begin, run.deadline, run.turn, run.memory, null);
    try (var evaluation =
        new Evaluation(setup(unmeasured, expr, new Annotations(request.query())))) {
      TimeGrid grid = grid(request, evaluation);
      var writer = new PlanWriter(evaluation, grid, durations(request), run.recorder);
      return new QueryPlan(expr.accept(writer), grid.steps(), outcome);
    }
  }

  /** One query on its way. */
  private record Run(
      QueryRequest request,
      Expr expr,
      long begin,
      long deadline,
      Turns.Turn turn,
      MemoryAccount memory,
      @Nullable PlanRecorder recorder) {}

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
    try (var evaluation = new Evaluation(setup(run, expr, annotations))) {
      long planned = System.nanoTime();
      TimeGrid grid = tallied(request, grid(request, evaluation));
      QueryValue value = value(request, expr, evaluation, grid);
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
              evaluation.series(),
              grid.tally().counts()));
    }
  }

  private Evaluation.Setup setup(Run run, Expr expr, Annotations annotations) {
    QueryRequest request = run.request;
    Duration lookback = request.lookback().isZero() ? options.lookback() : request.lookback();
    return new Evaluation.Setup(
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
        request.progress(),
        run.recorder,
        spareCores);
  }

  private static Durations durations(QueryRequest request) {
    return new Durations(request.step() / 1000d, (request.end() - request.start()) / 1000d);
  }

  private static TimeGrid grid(QueryRequest request, Evaluation evaluation) {
    return request.isInstant()
        ? TimeGrid.single(request.start())
        : TimeGrid.between(evaluation, request.start(), request.end(), request.step());
  }

  private TimeGrid tallied(QueryRequest request, TimeGrid grid) {
    return request.perStep() && tellsSteps() ? grid.with(StepTally.of(grid.steps())) : grid;
  }

  private static QueryValue value(
      QueryRequest request, Expr expr, Evaluation evaluation, TimeGrid grid) {
    var planner = new Planner(evaluation, grid, durations(request));
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
