package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.Cancellation;
import io.narthex.query.promql.QueryProgress;
import io.narthex.query.promql.QueryRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CancellationTest {
  private static final int SERIES = 20_000;
  private static final int SAMPLES = 2_000;
  private static final long INTERVAL = 15_000;

  private static VectorizedQueryEngine engine() {
    long[] times = new long[SAMPLES];
    Arrays.setAll(times, i -> i * INTERVAL);
    var store = new ArrayStore(times);
    double[] values = new double[SAMPLES];
    Arrays.setAll(values, i -> (i * 31L) % 1009);
    for (int i = 0; i < SERIES; i++) {
      String group = Integer.toString(i % 50);
      store.add(
          Labels.of("__name__", "m", "g", group, "i", Integer.toString(i), "le", group), values);
    }
    var options = EngineOptions.defaults().withMemory(1L << 33, 1L << 34);
    return new VectorizedQueryEngine(store, options);
  }

  /** What a query that was stopped while it ran ends with, and how long after. */
  private record Stopped(FaultException fault, long nanos) {}

  private static Stopped stop(VectorizedQueryEngine engine, String query, boolean gone) {
    var cancellation = new Cancellation();
    var progress = QueryProgress.unwatched();
    var request =
        new QueryRequest(
            query,
            0,
            (SAMPLES - 1) * INTERVAL,
            INTERVAL,
            Duration.ZERO,
            Duration.ZERO,
            cancellation,
            progress);
    var running = CompletableFuture.supplyAsync(() -> ended(engine, request));
    while (progress.samples() == 0 && !running.isDone()) {
      Thread.onSpinWait();
    }
    long begin = System.nanoTime();
    if (gone) {
      cancellation.cancel();
    } else {
      cancellation.end("by the test");
    }
    return new Stopped(running.join(), System.nanoTime() - begin);
  }

  private static FaultException ended(VectorizedQueryEngine engine, QueryRequest request) {
    try {
      engine.query(request);
    } catch (FaultException e) {
      return e;
    }
    throw new AssertionError("ended before it was stopped: " + request.query());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sum by (g) (rate(m[5m]))",
        "count(max_over_time(rate(m[5m])[6h:15s]))",
        "histogram_quantile(0.9, sum by (g, le) (rate(m[1h])))",
        "quantile by (g) (0.5, m)",
        "sum(label_replace(m, \"x\", \"$1\", \"i\", \"(.*)\") * on (i) group_left () m)",
        "count(quantile_over_time(0.9, m[8h]))",
        "count(label_replace(m, \"x\", \"$1\", \"i\", \"(.*.*.*)x?(.*.*.*)\") or m)"
      })
  void cancel_whileRunning_stops(String query) {
    var stopped = stop(engine(), query, true);
    assertThat(stopped.fault().fault()).isEqualTo(Fault.CANCELED);
    System.out.printf("stopped after %.1f ms: %s%n", stopped.nanos() / 1e6, query);
  }

  @Test
  void end_whileRunning_saysWhy() {
    var stopped = stop(engine(), "sum by (g) (rate(m[5m]))", false);
    assertThat(stopped.fault().fault()).isEqualTo(Fault.ENDED);
    assertThat(stopped.fault()).hasMessage("query was ended by the test in query execution");
  }
}
