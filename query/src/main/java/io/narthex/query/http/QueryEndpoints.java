package io.narthex.query.http;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesExemplars;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryPlan;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryStatistics;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;

/** Queries: evaluated, formatted, taken apart. */
final class QueryEndpoints {
  static final String TRUNCATED = "results truncated due to limit";

  private static final int MAX_POINTS = 11_000;

  private final QueryEngine engine;
  private final SampleStore store;
  private final QuerySyntax syntax;
  private final QueryMetrics metrics;
  private final RunningQueries running;
  private final Duration maxTimeout;
  private final BufferAllocator arrow;
  private final Clock clock;

  QueryEndpoints(
      ApiServices services,
      ApiOptions options,
      QueryMetrics metrics,
      RunningQueries running,
      AnswerMemory memory,
      BufferAllocator arrow,
      Clock clock) {
    this.engine = services.engine();
    this.store = services.store();
    this.syntax = new QuerySyntax(options.language(), memory);
    this.metrics = metrics;
    this.running = running;
    this.arrow = arrow;
    this.maxTimeout = options.queryTimeout();
    this.clock = clock;
  }

  List<Route> routes() {
    return List.of(
        Route.query("/api/v1/query", this::query),
        Route.query("/api/v1/query_range", this::queryRange),
        Route.form("/api/v1/query_exemplars", this::exemplars),
        Route.form("/api/v1/format_query", this::format),
        Route.form("/api/v1/parse_query", this::parse));
  }

  /** Answers an instant query. */
  Reply query(Call call) {
    int limit = call.parameters().limit();
    return evaluate(call, limit, instantRequest(call));
  }

  /** An instant query, from the parameters of {@code /api/v1/query}. */
  QueryRequest instantRequest(Call call) {
    long time = call.parameters().time("time", clock.millis());
    return request(call, time, time, 0);
  }

  private Reply queryRange(Call call) {
    int limit = call.parameters().limit();
    return evaluate(call, limit, rangeRequest(call));
  }

  /** A range query, from the parameters of {@code /api/v1/query_range}. */
  QueryRequest rangeRequest(Call call) {
    var parameters = call.parameters();
    long start = parameters.requiredTime("start");
    long end = parameters.requiredTime("end");
    if (end < start) {
      throw Parameters.invalid("end", "end timestamp must not be before start time");
    }
    long step = parameters.requiredDuration("step");
    if (step <= 0) {
      throw Parameters.invalid(
          "step",
          "zero or negative query resolution step widths are not accepted. "
              + "Try a positive integer");
    }
    long span = end - start < 0 ? Long.MAX_VALUE : end - start;
    if (span / step > MAX_POINTS) {
      throw new FaultException(
          Fault.BAD_DATA,
          "exceeded maximum resolution of 11,000 points per timeseries. "
              + "Try decreasing the query resolution (?step=XX)");
    }
    return request(call, start, end, step);
  }

  private QueryRequest request(Call call, long start, long end, long step) {
    var parameters = call.parameters();
    return new QueryRequest(
        parameters.get("query"),
        start,
        end,
        step,
        lookback(parameters),
        remaining(parameters, System.nanoTime() - call.arrivedNanos()),
        call.cancellation(),
        call.progress());
  }

  /** The plan of a query, which is listed while it is looked for. */
  QueryPlan explain(QueryRequest request, boolean analyze, Call call) {
    try (var entry = running.add(request, call.client(), call.arrivedNanos())) {
      return inQuery(() -> engine.explain(request, analyze));
    }
  }

  private Reply evaluate(Call call, int limit, QueryRequest request) {
    var parameters = call.parameters();
    long queuedNanos = System.nanoTime() - call.arrivedNanos();
    boolean fresh = parameters.get("nocache").equals("1");
    boolean perStep = parameters.get("stats").equals("all");
    var cached = fresh ? request.freshly() : request;
    var wanted = perStep ? cached.withSteps() : cached;
    var result = inQuery(() -> evaluate(wanted, call));
    metrics.evaluated(queuedNanos, result.statistics());
    if (ArrowBody.isAccepted(call.accept())) {
      var body = new ArrowBody(result, limit, arrow);
      call.progress().onClose(body::close);
      return new Reply.Bytes(ArrowBody.MEDIA_TYPE, null, body);
    }
    var statistics =
        parameters.get("stats").isEmpty()
            ? null
            : statistics(request, queuedNanos, result.statistics());
    var body = new ResultBody(result.value(), limit, statistics);
    return Reply.data(body, warnings(result, limit), result.infos());
  }

  private QueryResult evaluate(QueryRequest request, Call call) {
    try (var entry = running.add(request, call.client(), call.arrivedNanos())) {
      return engine.query(request);
    }
  }

  private Duration remaining(Parameters parameters, long queuedNanos) {
    var asked = parameters.duration("timeout");
    long wanted = asked == null ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(asked);
    if (wanted <= 0) {
      throw new FaultException(Fault.TIMEOUT, "query timed out in query execution");
    }
    long left = Math.min(wanted, maxTimeout.toNanos()) - queuedNanos;
    if (left <= 0) {
      throw new FaultException(Fault.TIMEOUT, "query timed out in query queue");
    }
    return Duration.ofNanos(left);
  }

  private static Duration lookback(Parameters parameters) {
    String text = parameters.get("lookback_delta");
    if (text.isEmpty()) {
      return Duration.ZERO;
    }
    try {
      return Duration.ofMillis(Math.max(0, Times.parseDuration(text)));
    } catch (IllegalArgumentException e) {
      throw new FaultException(
          Fault.BAD_DATA, "error parsing lookback delta duration: " + e.getMessage(), e);
    }
  }

  private static List<String> warnings(QueryResult result, int limit) {
    if (limit == 0 || ResultBody.elements(result.value()) <= limit) {
      return result.warnings();
    }
    var warnings = new ArrayList<>(result.warnings());
    warnings.add(TRUNCATED);
    return warnings;
  }

  /** What a query cost, as {@code stats} shows it. */
  static Map<String, ?> statistics(
      QueryRequest request, long queuedNanos, QueryStatistics statistics) {
    double evaluation = statistics.evaluationNanos() / 1e9;
    double preparation = statistics.parseNanos() / 1e9;
    var timings = new LinkedHashMap<String, Object>();
    timings.put("evalTotalTime", evaluation);
    timings.put("resultSortTime", 0);
    timings.put("queryPreparationTime", preparation);
    timings.put("innerEvalTime", evaluation);
    timings.put("execQueueTime", queuedNanos / 1e9);
    timings.put("execTotalTime", queuedNanos / 1e9 + preparation + evaluation);
    var samples = new LinkedHashMap<String, Object>();
    var perStep = statistics.totalPerStep();
    if (!perStep.isEmpty()) {
      var steps = new ArrayList<List<? extends Number>>(perStep.size());
      for (int step = 0; step < perStep.size(); step++) {
        double time = (request.start() + step * request.step()) / 1e3;
        steps.add(List.of(time, perStep.get(step)));
      }
      samples.put("totalQueryableSamplesPerStep", steps);
    }
    samples.put("totalQueryableSamples", statistics.totalSamples());
    samples.put("samplesRead", statistics.samplesRead());
    samples.put("peakSamples", statistics.peakSamples());
    var both = new LinkedHashMap<String, Object>();
    both.put("timings", timings);
    both.put("samples", samples);
    return both;
  }

  private Reply exemplars(Call call) {
    var parameters = call.parameters();
    long start = parameters.time("start", Times.MIN);
    long end = parameters.time("end", Times.MAX);
    if (end < start) {
      throw new FaultException(Fault.BAD_DATA, "end timestamp must not be before start timestamp");
    }
    var selectors = syntax.selectors(parameters.get("query"), call);
    if (selectors.isEmpty()) {
      return new Reply.Empty(204);
    }
    var found = store.exemplars(selectors, start, end);
    return Reply.data(JsonBody.array(found, QueryEndpoints::exemplars));
  }

  private static void exemplars(JsonOut out, SeriesExemplars all) {
    out.raw("{\"seriesLabels\":").labels(all.series()).raw(",\"exemplars\":[");
    boolean first = true;
    for (var exemplar : all.exemplars()) {
      out.raw(first ? "{\"labels\":" : ",{\"labels\":").labels(exemplar.labels());
      out.raw(",\"value\":").text(exemplar.value());
      out.raw(",\"timestamp\":").seconds(exemplar.timestamp()).raw('}');
      first = false;
    }
    out.raw("]}");
  }

  private Reply format(Call call) {
    String query = call.parameters().get("query");
    return Reply.data(inQuery(() -> syntax.format(query, call)));
  }

  private Reply parse(Call call) {
    String query = call.parameters().get("query");
    return Reply.data(inQuery(() -> syntax.tree(query, call)));
  }

  /** What is wrong with a query is told as a fault of the parameter. */
  private static <T> T inQuery(Supplier<T> work) {
    try {
      return work.get();
    } catch (FaultException e) {
      if (e.fault() == Fault.BAD_DATA) {
        var named = Parameters.invalid("query", e.getMessage());
        named.addSuppressed(e);
        throw named;
      }
      throw e;
    }
  }
}
