package io.narthex.query.promql.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.narthex.pipeline.storage.Changes;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryPlan;
import io.narthex.query.promql.QueryProgress;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryStatistics;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.QueryValue.Series;
import io.narthex.query.promql.exec.ParsedQuery;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the answers of range queries whose start is a multiple of their step: asked again, perhaps
 * with a later end, only the steps are computed that are new or that a change in the store may have
 * touched. Answers with warnings or infos are not kept, nor those of expressions whose steps hang
 * together ({@link StepLocality}).
 *
 * <p>Bounded by bytes. Safe for use by several threads.
 */
public final class CachedQueryEngine implements QueryEngine {
  /** Most steps of an answer that is kept; a longer one begins with what was asked last. */
  private static final int MOST_STEPS = 11_000;

  /** An answer that takes more than one part in this many of the cache is not kept. */
  private static final int LARGEST_SHARE = 8;

  /** Weights are kibibytes, so that they fit Caffeine's integers. */
  private static final int WEIGHT_BITS = 10;

  private final VectorizedQueryEngine engine;
  private final Changes changes;
  private final long maxBytes;
  private final Cache<Key, Kept> cache;
  private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
  private final LongAdder keptSteps = new LongAdder();

  /** What the cache did for a range query. */
  public enum Outcome {
    /** All steps were there. */
    HIT,
    /** The first steps were there. */
    PART,
    /** No step was there. */
    MISS,
    /** The cache does not keep such queries. */
    UNFIT
  }

  /**
   * What an answer follows from besides samples.
   *
   * @param subqueryStep of sub-queries that name none
   */
  private record Key(String query, long step, long lookback, Duration subqueryStep) {}

  /**
   * An answer.
   *
   * @param version of the store before it was computed
   * @param first step
   * @param last step
   */
  private record Kept(long version, long first, long last, List<Series> series, long bytes) {
    Kept {
      series = List.copyOf(series);
    }
  }

  /**
   * @param changes of the store that the engine reads
   * @param maxBytes most bytes that answers may take, estimated
   */
  public CachedQueryEngine(VectorizedQueryEngine engine, Changes changes, long maxBytes) {
    this.engine = engine;
    this.changes = changes;
    this.maxBytes = maxBytes;
    cache =
        Caffeine.newBuilder()
            .maximumWeight(Math.max(1, maxBytes >>> WEIGHT_BITS))
            .weigher((Key key, Kept kept) -> (int) (kept.bytes >>> WEIGHT_BITS) + 1)
            .executor(Runnable::run)
            .build();
    for (Outcome outcome : Outcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
  }

  /** Range queries with this outcome. */
  public long count(Outcome outcome) {
    LongAdder adder = outcomes.get(outcome);
    return adder == null ? 0 : adder.sum();
  }

  /** Steps that were answered without being computed. */
  public long keptSteps() {
    return keptSteps.sum();
  }

  /** Bytes that kept answers take, estimated. */
  public long bytes() {
    return cache
        .policy()
        .eviction()
        .map(eviction -> eviction.weightedSize().orElse(0) << WEIGHT_BITS)
        .orElse(0L);
  }

  @Override
  public QueryPlan explain(QueryRequest request, boolean analyze) {
    return engine.explain(request, analyze);
  }

  @Override
  public QueryResult query(QueryRequest request) {
    boolean tellsSteps = request.perStep() && engine.tellsSteps();
    if (request.isInstant() || request.fresh() || tellsSteps) {
      return engine.query(request);
    }
    try (var parsed = engine.parse(request)) {
      return query(request, parsed);
    }
  }

  private QueryResult query(QueryRequest request, ParsedQuery parsed) {
    long begin = System.nanoTime();
    long steps = (request.end() - request.start()) / request.step() + 1;
    boolean aligned = request.start() % request.step() == 0;
    OptionalLong ahead =
        aligned && steps > 1 && steps <= MOST_STEPS
            ? StepLocality.of(parsed.expr())
            : OptionalLong.empty();
    if (ahead.isEmpty() || request.end() < request.start()) {
      return computed(request, parsed, Outcome.UNFIT);
    }
    long version = changes.version();
    var key =
        new Key(
            request.query(), request.step(), request.lookback().toMillis(), engine.subqueryStep());
    @Nullable Kept kept = cache.getIfPresent(key);
    long last = request.start() + (steps - 1) * request.step();
    long usable =
        kept == null || kept.first > request.start()
            ? Long.MIN_VALUE
            : Math.min(last, usable(kept, ahead.getAsLong()));
    if (usable >= request.start()) {
      usable -= (usable - request.start()) % request.step();
    }
    if (kept == null || usable < request.start()) {
      QueryResult result = computed(request, parsed, Outcome.MISS);
      keep(key, version, request.start(), last, result, series(result));
      return result;
    }
    // Before anything is copied; what is kept may be thrown away while the copy is being sent.
    engine.hold(request.progress(), kept.bytes);
    long first = first(kept, request, last);
    List<Series> known = SeriesSteps.between(kept.series, first, usable);
    keptSteps.add((usable - request.start()) / request.step() + 1);
    if (usable == last) {
      count(Outcome.HIT, request);
      var all = SeriesSteps.between(known, request.start(), last);
      request.progress().update(QueryProgress.State.DONE, 0, kept.bytes, kept.bytes);
      var statistics = new QueryStatistics(System.nanoTime() - begin, 0, 0, 0, 0, 0, 0, all.size());
      return new QueryResult(new QueryValue.Matrix(all), List.of(), List.of(), statistics);
    }
    QueryResult rest = computed(from(request, usable + request.step()), parsed, Outcome.PART);
    engine.hold(request.progress(), SeriesSteps.bytes(series(rest)));
    List<Series> all = SeriesSteps.joined(known, series(rest));
    keep(key, version, first, last, rest, all);
    return new QueryResult(
        new QueryValue.Matrix(SeriesSteps.between(all, request.start(), last)),
        rest.warnings(),
        rest.infos(),
        rest.statistics());
  }

  private QueryResult computed(QueryRequest request, ParsedQuery parsed, Outcome outcome) {
    count(outcome, request);
    return engine.query(request, parsed);
  }

  private void count(Outcome outcome, QueryRequest request) {
    LongAdder adder = outcomes.get(outcome);
    if (adder != null && !request.isInstant()) {
      adder.increment();
    }
  }

  /** The last kept step that no change since can have touched. */
  private long usable(Kept kept, long ahead) {
    long changed = changes.earliestSince(kept.version);
    return changed < Long.MIN_VALUE + ahead + 1
        ? Long.MIN_VALUE
        : Math.min(kept.last, changed - ahead - 1);
  }

  /** From where on the answer is kept: as before, unless that is too much. */
  private static long first(Kept kept, QueryRequest request, long last) {
    return (last - kept.first) / request.step() < MOST_STEPS ? kept.first : request.start();
  }

  private static List<Series> series(QueryResult result) {
    return ((QueryValue.Matrix) result.value()).series();
  }

  private void keep(
      Key key, long version, long first, long last, QueryResult result, List<Series> series) {
    long bytes = SeriesSteps.bytes(series) + 2L * key.query.length();
    boolean plain = result.warnings().isEmpty() && result.infos().isEmpty();
    boolean isOfKey = key.subqueryStep.equals(engine.subqueryStep()); // it may have changed since
    if (plain && isOfKey && bytes <= maxBytes / LARGEST_SHARE) {
      cache.put(key, new Kept(version, first, last, new ArrayList<>(series), bytes));
    } else {
      cache.invalidate(key);
    }
  }

  private static QueryRequest from(QueryRequest request, long start) {
    return new QueryRequest(
        request.query(),
        start,
        request.end(),
        request.step(),
        request.lookback(),
        request.timeout(),
        request.cancellation(),
        request.progress());
  }
}
