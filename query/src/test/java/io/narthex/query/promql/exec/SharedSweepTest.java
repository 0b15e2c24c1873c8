package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries that several threads evaluate give what one thread gives: digits, notes, statistics. */
class SharedSweepTest {
  private static final int SERIES = 500;
  private static final long INTERVAL = 15_000;

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

  private static QueryEngine engine(ArrayStore store, EngineOptions options, SpareCores cores) {
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
      })
  void query_onSeveralThreads_equalsThatOnOne(String query) {
    ArrayStore store = store();
    var options = EngineOptions.defaults();
    var several = engine(store, options, new SpareCores(4, Duration.ZERO));
    var expected = everything(engine(store, options, SpareCores.none()), query);
    for (int i = 0; i < 3; i++) {
      assertThat(everything(several, query)).isEqualTo(expected);
    }
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
}
