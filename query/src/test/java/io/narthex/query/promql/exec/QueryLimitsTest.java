package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryProgress;
import io.narthex.query.promql.QueryRequest;
import java.time.Duration;
import java.util.Arrays;
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
  void pool_failedQueries_giveEverythingBack() {
    var engine = engine(1 << 20, 2 << 20);
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> engine.query(request("topk(900, m)", QueryProgress.unwatched())))
          .hasMessageContaining("(--query.max-bytes)");
    }
  }
}
