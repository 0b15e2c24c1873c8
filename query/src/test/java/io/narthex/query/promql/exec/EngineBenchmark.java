package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does a query over six hours at a step of one minute take, over samples each 15 s that
 * lie in memory? Run as {@code EngineBenchmark -p query=…}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class EngineBenchmark {
  private static final long HOUR = 3_600_000;

  @Param({
    "http_requests_total",
    "rate(http_requests_total[5m])",
    "sum by (job) (rate(http_requests_total[5m]))",
    "sum_over_time(http_requests_total[5m])",
    "max_over_time(http_requests_total[1h])",
    "histogram_quantile(0.9, sum by (job, le) (rate(latency_bucket[5m])))",
    "http_requests_total * on (instance, job) group_left (version) build_info",
    "topk(5, rate(http_requests_total[5m]))",
  })
  String query;

  private VectorizedQueryEngine engine;

  @Setup
  public void fill() {
    var random = new Random(42);
    long[] times = new long[7 * 240];
    for (int i = 0; i < times.length; i++) {
      times[i] = i * 15_000L;
    }
    var store = new ArrayStore(times);
    for (int instance = 0; instance < 100; instance++) {
      String job = "job" + instance % 10;
      String name = "host" + instance + ":9100";
      store.add(
          Labels.of("__name__", "build_info", "instance", name, "job", job, "version", "1.2"),
          counter(times.length, random));
      for (int path = 0; path < 10; path++) {
        store.add(
            Labels.of(
                "__name__",
                "http_requests_total",
                "instance",
                name,
                "job",
                job,
                "path",
                "/" + path),
            counter(times.length, random));
        store.add(
            Labels.of(
                "__name__",
                "latency_bucket",
                "instance",
                name,
                "job",
                job,
                "le",
                path == 9 ? "+Inf" : "" + (path + 1) * 0.1),
            counter(times.length, random));
      }
    }
    engine = new VectorizedQueryEngine(store, EngineOptions.defaults());
  }

  private static double[] counter(int size, Random random) {
    double[] values = new double[size];
    for (int i = 1; i < size; i++) {
      values[i] = random.nextInt(2000) == 0 ? 0 : values[i - 1] + random.nextInt(20);
    }
    return values;
  }

  @Benchmark
  public QueryResult query() {
    return engine.query(QueryRequest.range(query, HOUR, 7 * HOUR - 15_000, 60_000));
  }
}
