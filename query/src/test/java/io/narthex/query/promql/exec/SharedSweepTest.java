package io.narthex.query.promql.exec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.MemoryStore;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.histogram.HistogramText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries that several threads evaluate give what one thread gives: digits, notes, statistics. */
class SharedSweepTest {
  private static final int SERIES = 500;
  private static final long INTERVAL = 15_000;

  /** A helper may find everything done, but not each time. */
  private static final int MOST_TRIES = 1000;

  private static ArrayStore store() {
    long[] times = new long[400];
    Arrays.setAll(times, i -> i * INTERVAL);
    var store = new ArrayStore(times);
    var random = new Random(7);
    for (int series = 0; series < SERIES; series++) {
      double[] values = new double[times.length];
      for (int i = 1; i < values.length; i++) {
        values[i] = random.nextInt(100) == 0 ? 0 : values[i - 1] + random.nextDouble();
      }
      for (String name : List.of("m", "m" + series % 9 + "_total")) {
        store.add(
            Labels.of(
                "__name__", name, "g", "" + series % 7, "i", "" + series, "le", "" + series % 3),
            values);
      }
    }
    return store;
  }

  /** Histograms that grow, are reset, and now and then have other buckets or are floats. */
  private static MemoryStore histograms() {
    var store = new MemoryStore();
    var random = new Random(9);
    for (int series = 0; series < 60; series++) {
      var labels = Labels.of("__name__", "h", "g", "" + series % 7, "i", "" + series);
      double count = 0;
      for (int row = 0; row < 400; row++) {
        count = random.nextInt(100) == 0 ? 1 : count + random.nextInt(5);
        if (random.nextInt(300) == 0) {
          store.append(labels, row * INTERVAL, count);
        } else {
          int schema = random.nextInt(50) == 0 ? 1 : 2;
          store.append(labels, row * INTERVAL, histogram(schema, count));
        }
      }
    }
    return store;
  }

  private static FloatHistogram histogram(int schema, double count) {
    return new FloatHistogram(
        ResetHint.UNKNOWN,
        schema,
        0,
        0,
        4 * count,
        count,
        new int[] {0, 4},
        new double[] {count, count, count, count},
        new int[0],
        new double[0],
        new double[0]);
  }

  private static QueryEngine engine(SampleStore store, EngineOptions options, SpareCores cores) {
    return new VectorizedQueryEngine(store, options, cores);
  }

  private static QueryRequest request(String query) {
    return QueryRequest.range(query, 600_000, 5_400_000, 60_000);
  }

  /** What a query gives, in full. */
  private static List<Object> everything(QueryEngine engine, String query) {
    QueryResult result;
    try {
      result = engine.query(request(query));
    } catch (FaultException e) {
      return List.of(e.fault(), String.valueOf(e.getMessage()));
    }
    var all = new ArrayList<Object>();
    for (var series : ((QueryValue.Matrix) result.value()).series()) {
      all.add(series.labels());
      all.add(Arrays.toString(series.timestamps()));
      all.add(Arrays.toString(series.values()));
      if (series.histograms() != null) {
        for (FloatHistogram histogram : series.histograms()) {
          all.add(histogram == null ? "" : HistogramText.of(histogram));
        }
      }
    }
    all.add(result.warnings());
    all.add(result.infos());
    all.add(result.statistics().totalSamples());
    all.add(result.statistics().samplesRead());
    all.add(result.statistics().peakSamples());
    return all;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rate(m[5m])",
        "sum by (g) (rate({i=~\".+\"}[5m]))",
        "sum by (g) (rate({i=~\".+\",__name__=~\".+_total\"}[5m]))",
        "avg(m) + stddev(m)",
        "topk(3, m * 2)",
        "quantile by (g) (0.3, deriv(m[10m]))",
        "m > 20 and on (i) m < 30",
        "m / on (i) increase(m[7m])",
        "count_values(\"v\", round(m))",
        "max_over_time(rate(m[1m])[10m:1m])",
        "label_replace(-m, \"x\", \"$1\", \"i\", \"(.*)\")",
        "histogram_quantile(0.9, sum by (le, g) (rate(m[5m])))",
        "sum by (g) (quantile_over_time(2, m[5m]))",
        "{i=\"3\"} * 2",
        "m * on (g) group_left () sum by (g) (m)",
        "rate(m[5m]) / (rate(m[5m]) + m)",
        "rate(h[5m])",
        "sum by (g) (rate(h[5m]))",
        "histogram_quantile(0.9, sum by (g) (rate(h[2m])))",
        "histogram_count(h) + histogram_sum(increase(h[3m]))",
        "count(h * 2 == h + h)",
        "count_over_time(h[2m:30s])",
      })
  void query_onSeveralThreads_equalsThatOnOne(String query) {
    SampleStore store = query.matches(".*\\bh\\b.*") ? histograms() : store();
    var options = EngineOptions.defaults();
    var cores = new SpareCores(4, Duration.ZERO);
    var several = engine(store, options, cores);
    var expected = everything(engine(store, options, SpareCores.none()), query);
    boolean isRefused = expected.size() == 2; // at its first series, before anybody could help
    for (int i = 0; i < 3 || (!isRefused && cores.helped() == 0 && i < MOST_TRIES); i++) {
      assertThat(everything(several, query)).isEqualTo(expected);
    }
    assertThat(cores.helped() > 0).isEqualTo(!isRefused);
  }

  @Test
  void query_overItsSampleLimit_namesTheSameAmount() {
    ArrayStore store = store();
    var most =
        new EngineOptions(
            Duration.ofMinutes(5),
            Duration.ofMinutes(2),
            20_000,
            20,
            Duration.ofMinutes(1),
            Set.of());
    String query = "sort(topk(400, m))";
    var expected = everything(engine(store, most, SpareCores.none()), query);
    assertThat(expected.toString()).contains("--query.max-samples");
    assertThat(everything(engine(store, most, new SpareCores(4, Duration.ZERO)), query))
        .isEqualTo(expected);
  }

  @Test
  void query_withoutMemoryForColumnsAhead_isAnsweredByOneThread() {
    ArrayStore store = store();
    var options = EngineOptions.defaults().withMemory(800_000, 1L << 30);
    String query = "count(rate(m[5m]))";
    var expected = everything(engine(store, options, SpareCores.none()), query);
    assertThat(expected).hasSizeGreaterThan(2);
    assertThat(everything(engine(store, options, new SpareCores(16, Duration.ZERO)), query))
        .isEqualTo(expected);
  }

  /** A vector of histograms, of which is known how many were evaluated. */
  private static final class Histograms implements Operand.Vector {
    final AtomicInteger evaluated = new AtomicInteger();

    @Override
    public Operand.Vector twin(Evaluation helper) {
      return this;
    }

    @Override
    public int size() {
      return 300;
    }

    @Override
    public Labels labels(int series) {
      return Labels.EMPTY;
    }

    @Override
    public void evaluate(int series, Column out) {
      for (int step = 0; step < out.steps(); step++) {
        out.set(step, histogram(series % 3, series));
      }
      evaluated.incrementAndGet();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {30_000_000, 12_000_000, 1_200_000, 450_000})
  void run_histogramsAhead_areCounted(int limit) {
    int steps = 100;
    var cores = new SpareCores(4, Duration.ZERO);
    var memory = new MemoryAccount(new MemoryPool(1L << 30), limit);
    var input = new Histograms();
    var column = new Column(steps);
    input.evaluate(0, column);
    input.evaluated.set(0);
    long each = column.histogramBytes();
    var taken = new AtomicInteger();
    try (var evaluation = Evaluations.of(new MemoryStore(), new Cancellation(), memory, cores)) {
      Sweep.Taker taker =
          (series, values) -> {
            assertThat(series).isEqualTo(taken.getAndIncrement());
            assertThat(values.histogram(steps - 1)).isEqualTo(histogram(series % 3, series));
            while (series == 0 && limit > 10_000_000 && input.evaluated.get() < 8) {
              Thread.onSpinWait(); // until helpers are ahead
            }
            // Each thread may have one that is not counted yet.
            int ahead = input.evaluated.get() - taken.get() - 4;
            assertThat(memory.held())
                .isGreaterThanOrEqualTo(Math.min(limit - 4 * each, each * ahead));
            return false;
          };
      var sweep = requireNonNull(SharedSweep.of(evaluation, input, steps, taker));
      assertThat(sweep.prepare(0, 100_000_000)).isTrue();
      sweep.run();
    }
    assertThat(taken.get()).isEqualTo(input.size());
    assertThat(memory.held()).isZero();
  }
}
