package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions that need one value of a page give the same whether or not the page is decoded. */
class PageSummaryTest {
  private static final int SERIES = 60;
  private static final long INTERVAL = 15_000;

  /** Series with zeros of both signs, stale markers and NaN here and there. */
  private static ArrayStore store(int rowsInPage) {
    long[] times = new long[500];
    Arrays.setAll(times, i -> i * INTERVAL);
    var store = new ArrayStore(times).inPagesOf(rowsInPage);
    var random = new Random(11);
    for (int series = 0; series < SERIES; series++) {
      double[] values = new double[times.length];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            switch (random.nextInt(series % 3 == 0 ? 8 : 200)) {
              case 0 -> 0.0;
              case 1 -> -0.0;
              case 2 -> Double.longBitsToDouble(StaleMarker.BITS);
              case 3 -> series % 2 == 0 ? Double.NaN : -1;
              default -> random.nextInt(50) - 25 + 0.5;
            };
      }
      store.add(Labels.of("__name__", "m", "i", "" + series), values);
    }
    return store;
  }

  private static List<Object> answer(ArrayStore store, String query, long time) {
    var engine = new VectorizedQueryEngine(store, EngineOptions.defaults());
    var result = engine.query(QueryRequest.instant(query, time));
    var all = new ArrayList<Object>();
    for (var sample : ((QueryValue.Vector) result.value()).samples()) {
      all.add(sample.labels());
      all.add(Double.doubleToLongBits(sample.value()));
    }
    all.add(result.statistics().totalSamples());
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"min_over_time", "max_over_time", "first_over_time", "last_over_time"})
  void instantQuery_overWholePages_isThatOverSamples(String function) {
    ArrayStore summarized = store(7);
    ArrayStore decoded = store(0);
    for (String range : List.of("[30s]", "[10m]", "[90m]", "[20m] offset 7m", "[20m] @ 3000")) {
      for (long time : new long[] {0, 1_234_567, 6_000_000, 7_485_000, 9_000_000}) {
        String query = function + "(m" + range + ")";
        assertThat(answer(summarized, query, time))
            .as("%s at %d", query, time)
            .isEqualTo(answer(decoded, query, time));
      }
    }
  }

  @Test
  void instantQuery_overWholePages_readsFewSamples() {
    var engine = new VectorizedQueryEngine(store(7), EngineOptions.defaults());
    var statistics =
        engine.query(QueryRequest.instant("max_over_time(m{i=\"1\"}[2h])", 7_485_000)).statistics();
    assertThat(statistics.samplesRead()).isLessThan(statistics.totalSamples() / 4);
  }
}
