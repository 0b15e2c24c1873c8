package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.MemoryStore;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryProgress;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QueryLimitsTest {
  private static final int SERIES = 1000;
  private static final int SAMPLES = 200;

  private static VectorizedQueryEngine engine(long perQuery, long total) {
    long[] times = new long[SAMPLES];
    Arrays.setAll(times, i -> i * 15_000L);
    var store = new ArrayStore(times);
    double[] values = new double[SAMPLES];
    Arrays.setAll(values, i -> i);
    for (int i = 0; i < SERIES; i++) {
      store.add(Labels.of("__name__", "m", "i", Integer.toString(i)), values);
    }
    return new VectorizedQueryEngine(store, EngineOptions.defaults().withMemory(perQuery, total));
  }

  private static QueryRequest request(String query, QueryProgress progress) {
    return new QueryRequest(
        query, 0, 2_985_000, 15_000, Duration.ZERO, Duration.ZERO, new Cancellation(), progress);
  }

  @Test
  void query_overItsBudget_namesAmountLimitAndPlace() {
    var engine = engine(1 << 20, 1L << 30);

    assertThatThrownBy(
            () -> engine.query(QueryRequest.range("1 + topk(900, m)", 0, 2_985_000, 15_000)))
        .isInstanceOfSatisfying(
            FaultException.class, e -> assertThat(e.fault()).isEqualTo(Fault.TOO_MANY_SAMPLES))
        .hasMessageContaining("a query may hold 1.0 MiB (--query.max-bytes)")
        .hasMessageContaining("asked for at 1:5 by topk(900, m)");
  }

  @Test
  void query_stepsOverItsBudget_isRefusedBeforeAllocation() {
    var engine = engine(1 << 20, 1L << 30);

    assertThatThrownBy(() -> engine.query(QueryRequest.instant("max_over_time(m[1h:1ms])", 9)))
        .hasMessageContaining("(--query.max-bytes)")
        .hasMessageContaining("asked for at 1:15 by m");
  }

  private static void assertRefused(VectorizedQueryEngine engine, String query, Fault fault) {
    assertThatThrownBy(() -> engine.query(QueryRequest.instant(query, 0)))
        .isInstanceOfSatisfying(FaultException.class, e -> assertThat(e.fault()).isEqualTo(fault));
  }

  @Test
  void query_regularExpressionsOverItsBudget_isRefusedBeforeTheyAreCompiled() {
    var engine = engine(32 << 20, 1L << 30);
    String large = "a=~\"(x{1000}){290}\"";
    assertThat(engine.query(QueryRequest.instant("m{" + large + "}", 0)).value()).isNotNull();
    assertRefused(engine, "m{" + large + "," + large + "}", Fault.TOO_MANY_SAMPLES);
    assertRefused(
        engine,
        "label_replace(label_replace(m, \"a\", \"\", \"i\", \"(x{1000}){290}\"), \"b\", \"\","
            + " \"i\", \"(y{1000}){290}\")",
        Fault.TOO_MANY_SAMPLES);
    assertRefused(engine, "m{a=~\"" + "\\\\pL".repeat(4000) + "\"}", Fault.BAD_DATA);
    assertThat(engine.held()).isZero();
  }

  @Test
  void query_manyRegularExpressions_areBoundedTogether() {
    var engine = engine(1L << 33, 1L << 34);
    String large = "a=~\"(x{1000}){290}\",";
    assertThatThrownBy(() -> engine.query(QueryRequest.instant("m{" + large.repeat(80) + "}", 0)))
        .isInstanceOfSatisfying(
            FaultException.class, e -> assertThat(e.fault()).isEqualTo(Fault.BAD_DATA))
        .hasMessageContaining("too large: with those before it");
  }

  @Test
  void query_longText_countsAgainstItsBudget() {
    String text = "m{" + "a=\"\",".repeat(20_000) + "}";
    assertRefused(engine(1 << 20, 1L << 30), text, Fault.TOO_MANY_SAMPLES);
    var engine = engine(64 << 20, 64 << 20);
    var progress = QueryProgress.keepingResult();
    long ofTree;
    try (var parsed = engine.parse(request(text, progress))) {
      ofTree = engine.held();
      assertThat(ofTree).isGreaterThan(40L * text.length());
      assertThat(engine.query(request(text, progress), parsed).value()).isNotNull();
    }
    assertThat(engine.held()).isEqualTo(progress.bytes()).isLessThan(ofTree);
    progress.close();
    assertThat(engine.held()).isZero();
    engine.parse(request(text, progress)).close();
    assertThat(engine.held()).isZero();
  }

  @Test
  void pool_resultNotClosed_countsAgainstOthersUntilItIs() {
    var engine = engine(6 << 20, 6 << 20);
    var first = QueryProgress.keepingResult();
    engine.query(request("m", first));
    assertThat(first.bytes()).isGreaterThan(SERIES * SAMPLES * 16L);

    assertThatThrownBy(() -> engine.query(QueryRequest.range("m", 0, 2_985_000, 15_000)))
        .isInstanceOfSatisfying(
            FaultException.class, e -> assertThat(e.fault()).isEqualTo(Fault.OVERLOADED))
        .hasMessageContaining("(--query.max-total-bytes)");

    first.close();
    assertThat(engine.query(request("m", QueryProgress.unwatched())).value()).isNotNull();
  }

  @Test
  void query_longSeries_countsItsBufferAndColumnsOfTimes() {
    int rows = 100_000;
    long[] times = new long[rows];
    Arrays.setAll(times, i -> i * 1000L);
    var store = new ArrayStore(times);
    for (int i = 0; i < 20; i++) {
      store.add(Labels.of("__name__", "m", "i", Integer.toString(i)), new double[rows]);
    }
    var options = EngineOptions.defaults();
    var request = QueryRequest.instant("count(rate(m[1d]))", (rows - 1) * 1000L);
    var wide = new VectorizedQueryEngine(store, options.withMemory(64 << 20, 1L << 30));
    long peak = wide.query(request).statistics().peakBytes();
    assertThat(peak).isGreaterThan(rows * 24L * 86_400 / 100_000);
    // The rows fit in the buffer, but the column of their times is not kept beside it.
    var narrow = new VectorizedQueryEngine(store, options.withMemory(2_200_000, 1L << 30));
    assertThat(narrow.query(request).value()).isEqualTo(wide.query(request).value());
    var tight = new VectorizedQueryEngine(store, options.withMemory(1_200_000, 1L << 30));
    assertThatThrownBy(() -> tight.query(request)).hasMessageEndingWith(" by m[1d]");
  }

  private static FloatHistogram histogram(int buckets, double count) {
    double[] counts = new double[buckets];
    Arrays.fill(counts, count);
    return new FloatHistogram(
        ResetHint.UNKNOWN,
        8,
        0,
        0,
        count * buckets,
        count,
        new int[] {0, buckets},
        counts,
        new int[0],
        new double[0],
        new double[0]);
  }

  /** Histograms of 160 buckets, some 1.5 kB each: 20 series at 200 times are some 6 MB. */
  private static VectorizedQueryEngine histograms(long perQuery) {
    var store = new MemoryStore();
    for (int i = 0; i < 20; i++) {
      var labels = Labels.of("__name__", "h", "i", Integer.toString(i));
      for (int row = 0; row < SAMPLES; row++) {
        store.append(labels, row * 15_000L, histogram(160, row + 1));
      }
    }
    return new VectorizedQueryEngine(
        store,
        EngineOptions.defaults()
            .withFeatures(Set.of(Feature.EXPERIMENTAL_FUNCTIONS))
            .withMemory(perQuery, 1L << 30));
  }

  private static void assertOverBudget(VectorizedQueryEngine engine, String query, String by) {
    assertThatThrownBy(() -> engine.query(QueryRequest.range(query, 0, 2_985_000, 15_000)))
        .as(query)
        .isInstanceOfSatisfying(
            FaultException.class, e -> assertThat(e.fault()).isEqualTo(Fault.TOO_MANY_SAMPLES))
        .hasMessageContaining("(--query.max-bytes)")
        .hasMessageEndingWith(" by " + by);
  }

  @Test
  void histograms_thatAnAggregationKeeps_countAgainstTheBudget() {
    String sum = "sum by (i) (rate(h[1m]))";
    String average = "avg by (i) (rate(h[1m]))";
    assertOverBudget(histograms(2 << 20), "count(" + sum + ")", sum);
    assertOverBudget(histograms(2 << 20), "count(" + average + ")", average);
    assertThat(
            histograms(64 << 20)
                .query(QueryRequest.range("count(" + sum + ")", 0, 2_985_000, 15_000))
                .value())
        .isNotNull();
  }

  @Test
  void histograms_ofOneSeries_countWhileTheyAreRead() {
    assertOverBudget(histograms(200 << 10), "count(h)", "h");
    assertOverBudget(histograms(200 << 10), "count(rate(h[1m]))", "h[1m]");
    // One series after the other: each gives back what it took.
    assertThat(
            histograms(1 << 20).query(QueryRequest.range("count(h)", 0, 2_985_000, 15_000)).value())
        .isNotNull();
  }

  @Test
  void histograms_ofAPartThatIsWrittenTwice_areKeptOnlyIfThereIsRoom() {
    String twice = "count(rate(h[1m])) / group(rate(h[1m]))";
    assertThat(histograms(2 << 20).query(QueryRequest.range(twice, 0, 2_985_000, 15_000)).value())
        .isNotNull();
  }

  @Test
  void histograms_thatAreHeldByOperators_count() {
    assertOverBudget(histograms(2 << 20), "count(limitk(20, h))", "limitk(20, h)");
    String join = "h * on (i) group_left () (h / 2)";
    assertOverBudget(histograms(2 << 20), "count(" + join + ")", join);
  }

  @Test
  void pool_failedQueries_giveEverythingBack() {
    var engine = engine(1 << 20, 2 << 20);
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> engine.query(request("topk(900, m)", QueryProgress.unwatched())))
          .hasMessageContaining("(--query.max-bytes)");
    }
  }
}
