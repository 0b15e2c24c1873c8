package io.narthex.query.promql.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.MemoryStore;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryProgress;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.cache.CachedQueryEngine.Outcome;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import io.narthex.query.promql.oracle.OracleData;
import io.narthex.query.promql.oracle.OracleQueries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CachedQueryEngineTest {
  private static final int ROUNDS = Integer.getInteger("narthex.cache.rounds", 400);
  private static final int QUERIES = 12;
  private static final long START = 1_700_000_000_000L - 1_700_000_000_000L % 60_000;
  private static final long SPAN = 3_600_000;
  private static final long[] STEPS = {15_000, 60_000};

  private static final EngineOptions OPTIONS =
      EngineOptions.defaults().withFeatures(Set.of(Feature.EXPERIMENTAL_FUNCTIONS));

  private static CachedQueryEngine cached(MemoryStore store, long bytes) {
    return new CachedQueryEngine(new VectorizedQueryEngine(store, OPTIONS), store.changes(), bytes);
  }

  private static String answer(QueryEngine engine, QueryRequest request) {
    try {
      var result = engine.query(request);
      var text = new StringBuilder();
      for (var series : ((QueryValue.Matrix) result.value()).series()) {
        text.append(series.labels())
            .append(Arrays.toString(series.timestamps()))
            .append(Arrays.toString(series.values()))
            .append('\n');
      }
      return text.append(result.warnings()).append(result.infos()).toString();
    } catch (FaultException e) {
      return e.getMessage();
    }
  }

  @Test
  void query_stepOfSubqueriesChanges_nothingKeptBeforeIsGiven() {
    var store = new MemoryStore();
    for (long at = START; at <= START + 600_000; at += 1000) {
      store.append(Labels.of("__name__", "m"), at, at / 1000 % 7);
    }
    var engine = new VectorizedQueryEngine(store, OPTIONS);
    var cached = new CachedQueryEngine(engine, store.changes(), 4 << 20);
    var request =
        QueryRequest.range("count_over_time(m[2m:])", START + 300_000, START + 600_000, 60_000);
    assertThat(answer(cached, request)).contains("2.0").isEqualTo(answer(cached, request));

    engine.subqueryStep(Duration.ofSeconds(10));

    assertThat(answer(cached, request)).contains("12.0").isEqualTo(answer(engine, request));
    engine.subqueryStep(OPTIONS.subqueryStep());
    assertThat(answer(cached, request)).contains("2.0").isEqualTo(answer(engine, request));
  }

  /** Dashboards refresh while samples come, in time and late, and some are deleted. */
  @Test
  void query_whileTheStoreChanges_equalsTheEngine() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    var data = new OracleData(random, START, START + SPAN).series();
    var store = new MemoryStore();
    var engine = new VectorizedQueryEngine(store, OPTIONS);
    var cached = cached(store, 4 << 20);
    var queries = new ArrayList<String>();
    var generator = new OracleQueries(random, START, START + SPAN, true);
    while (queries.size() < QUERIES) {
      queries.add(generator.next());
    }
    queries.addAll(List.of("sum by (a) (gauge)", "max_over_time(gauge[5m] offset -2m)"));
    long now = START + 600_000;
    append(store, data, START, now);
    for (int round = 0; round < ROUNDS; round++) {
      if (random.nextInt(3) > 0 && now < START + SPAN) {
        long next = now + 1 + random.nextInt(20_000);
        append(store, data, now + 1, next);
        now = next;
      }
      if (random.nextInt(6) == 0) {
        change(store, data, random, now);
      }
      long step = STEPS[random.nextInt(STEPS.length)];
      long end = now - now % step + step * (random.nextInt(8) - 4);
      long start = end - step * (2 + random.nextInt(30));
      String query = queries.get(random.nextInt(queries.size()));
      var request = QueryRequest.range(query, start, end, step);
      assertThat(answer(cached, request))
          .as("round %d, rerun with -Dtest.seed=%d: %s", round, seed, request)
          .isEqualTo(answer(engine, request));
    }
    assertThat(cached.count(Outcome.PART) + cached.count(Outcome.HIT)).isPositive();
  }

  private static void append(
      MemoryStore store, Map<Labels, NavigableMap<Long, Double>> data, long from, long to) {
    data.forEach(
        (labels, samples) ->
            samples
                .subMap(from, true, to, true)
                .forEach((time, value) -> store.append(labels, time, value)));
  }

  private static void change(
      MemoryStore store, Map<Labels, NavigableMap<Long, Double>> data, Random random, long now) {
    var labels = new ArrayList<>(data.keySet()).get(random.nextInt(data.size()));
    long time = START + (long) (random.nextDouble() * (now - START));
    if (random.nextBoolean()) {
      store.append(labels, time, random.nextInt(400) / 4d);
    } else {
      store.delete(labels, time, time + random.nextInt(120_000));
    }
  }

  private static QueryRequest minutes(String query, int first, int last) {
    return QueryRequest.range(query, START + first * 60_000L, START + last * 60_000L, 60_000);
  }

  private static MemoryStore gauges(int minutes) {
    var store = new MemoryStore();
    for (int i = 0; i <= minutes; i++) {
      store.append(Labels.of("__name__", "gauge"), START + i * 60_000L, i);
    }
    return store;
  }

  @Test
  void query_refreshed_computesTheNewStepsOnly() {
    var store = gauges(20);
    var cached = cached(store, 1 << 20);
    cached.query(minutes("gauge", 0, 20));
    store.append(Labels.of("__name__", "gauge"), START + 21 * 60_000L, 21);
    var result = cached.query(minutes("gauge", 1, 21));
    assertThat(((QueryValue.Matrix) result.value()).series().get(0).values()).hasSize(21);
    assertThat(result.statistics().totalSamples()).isEqualTo(1);
    assertThat(cached.count(Outcome.PART)).isEqualTo(1);
    assertThat(cached.keptSteps()).isEqualTo(20);
    cached.query(minutes("gauge", 1, 21));
    assertThat(cached.count(Outcome.HIT)).isEqualTo(1);
  }

  private static QueryRequest held(QueryRequest request, QueryProgress progress) {
    return new QueryRequest(
        request.query(),
        request.start(),
        request.end(),
        request.step(),
        request.lookback(),
        request.timeout(),
        request.cancellation(),
        progress);
  }

  @Test
  void query_keptAnswer_countsUntilItIsHandedOver() {
    var store = gauges(2000);
    var engine = new VectorizedQueryEngine(store, OPTIONS);
    var cached = new CachedQueryEngine(engine, store.changes(), 1 << 20);
    cached.query(minutes("gauge", 0, 1000));
    assertThat(engine.held()).as("nobody tells when it is handed over").isZero();
    for (int end : new int[] {1000, 999, 2000}) { // all of it, less, and more than is kept
      try (var progress = QueryProgress.keepingResult()) {
        cached.query(held(minutes("gauge", 1, end), progress));
        assertThat(engine.held()).isGreaterThan(16L * (end - 1));
      }
      assertThat(engine.held()).isZero();
    }
    assertThat(cached.count(Outcome.HIT)).isEqualTo(2);
    assertThat(cached.count(Outcome.PART)).isEqualTo(1);
  }

  @Test
  void query_keptAnswersThatManyRead_areRefusedInTheEnd() {
    var store = gauges(1000);
    var options = OPTIONS.withMemory(1 << 20, 1 << 20);
    var cached =
        new CachedQueryEngine(new VectorizedQueryEngine(store, options), store.changes(), 1 << 20);
    cached.query(minutes("gauge", 0, 1000));
    var slow = new ArrayList<QueryProgress>();
    assertThatThrownBy(
            () -> {
              while (slow.size() < 1000) {
                slow.add(QueryProgress.keepingResult());
                cached.query(held(minutes("gauge", 0, 1000), slow.get(slow.size() - 1)));
              }
            })
        .isInstanceOf(FaultException.class)
        .hasMessageContaining("asked for a kept answer")
        .hasMessageContaining("too many large queries at once");
    slow.forEach(QueryProgress::close);
    cached.query(held(minutes("gauge", 0, 1000), QueryProgress.keepingResult()));
  }

  @Test
  void query_stepsWantedFromAnEngineThatDoesNotTellThem_isAnsweredFromTheCache() {
    var store = gauges(20);
    var cached = cached(store, 1 << 20);
    cached.query(minutes("gauge", 0, 20));
    cached.query(minutes("gauge", 0, 20).withSteps());
    assertThat(cached.count(Outcome.HIT)).isEqualTo(1);
    var telling =
        new CachedQueryEngine(
            new VectorizedQueryEngine(
                store, EngineOptions.defaults().withFeatures(Set.of(Feature.PER_STEP_STATISTICS))),
            store.changes(),
            1 << 20);
    telling.query(minutes("gauge", 0, 20));
    var steps = telling.query(minutes("gauge", 0, 20).withSteps()).statistics().totalPerStep();
    assertThat(steps).hasSize(21);
  }

  @Test
  void query_lateSampleOrDeletion_isSeen() {
    var store = gauges(20);
    var cached = cached(store, 1 << 20);
    cached.query(minutes("gauge", 0, 20));
    store.append(Labels.of("__name__", "gauge"), START + 10 * 60_000L, 99);
    var late = (QueryValue.Matrix) cached.query(minutes("gauge", 0, 20)).value();
    assertThat(late.series().get(0).values()[10]).isEqualTo(99);
    assertThat(cached.keptSteps()).isEqualTo(10);
    store.delete(Labels.of("__name__", "gauge"), START, START + 20 * 60_000L);
    assertThat(((QueryValue.Matrix) cached.query(minutes("gauge", 0, 20)).value()).series())
        .isEmpty();
  }

  @Test
  void query_stepsHangTogether_isNotKept() {
    var store = gauges(20);
    var cached = cached(store, 1 << 20);
    for (String query :
        List.of(
            "gauge @ end()", "gauge @ 1700000000", "topk(1, gauge)", "gauge[5m:1m] @ start()")) {
      String whole = query.contains("[") ? "sum_over_time(" + query + ")" : query;
      cached.query(minutes(whole, 0, 20));
    }
    cached.query(QueryRequest.range("gauge", START + 1, START + 600_001, 60_000));
    assertThat(cached.count(Outcome.UNFIT)).isEqualTo(5);
    assertThat(cached.bytes()).isZero();
  }

  @Test
  void query_manyAnswers_staysWithinItsBytes() {
    var store = gauges(200);
    var cached = cached(store, 64 << 10);
    for (int i = 0; i < 200; i++) {
      cached.query(minutes("gauge + " + i, 0, 200));
      assertThat(cached.bytes()).isLessThanOrEqualTo(64 << 10);
    }
    assertThat(cached.bytes()).isPositive();
  }
}
