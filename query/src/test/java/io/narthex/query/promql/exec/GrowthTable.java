package io.narthex.query.promql.exec;

import com.sun.management.OperatingSystemMXBean;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/**
 * Does the cost of a sample stay the same over more series and longer ranges? Prints nanoseconds of
 * the engine for each sample that a query looked at: the least wall time and the mean CPU time of
 * the process over several runs. Reading from the store costs a copy here.
 *
 * <pre>{@code
 * java -Xmx2g -cp jobs/target/narthex.jar:query/target/test-classes \
 *   io.narthex.query.promql.exec.GrowthTable
 * }</pre>
 */
final class GrowthTable {
  private static final long INTERVAL = 15_000;
  private static final int WARM_UPS = 3;
  private static final int RUNS = 10;
  private static final List<String> QUERIES =
      List.of(
          "sum by (job) (m)",
          "sum by (job) (rate(m[5m]))",
          "max by (pod) (max_over_time(m[5m]))",
          "histogram_quantile(0.9, sum by (le) (rate(m[5m])))",
          "count(m * on (i) group_left () m)",
          "topk(5, m)",
          "quantile_over_time(0.9, m[30m])");

  private GrowthTable() {}

  private static VectorizedQueryEngine engine(int series, int samples) {
    long[] times = new long[samples];
    Arrays.setAll(times, i -> i * INTERVAL);
    var store = new ArrayStore(times);
    for (int s = 0; s < series; s++) {
      double[] values = new double[samples];
      int pace = 1 + s % 17;
      Arrays.setAll(values, i -> (double) i * pace);
      store.add(
          Labels.of(
              "__name__",
              "m",
              "i",
              "" + s,
              "job",
              "j" + s % 10,
              "le",
              "" + s % 8,
              "pod",
              "p" + s / 8),
          values);
    }
    return new VectorizedQueryEngine(
        store, EngineOptions.defaults().withMemory(1L << 33, 1L << 34));
  }

  /** Prints the table. */
  public static void main(String[] arguments) {
    int[] series = {500, 5_000, 50_000};
    int[] hours = {1, 10};
    System.out.printf(
        "%-55s %8s %6s %12s %9s %9s%n", "query", "series", "hours", "samples", "wall", "cpu");
    for (int hour : hours) {
      for (int count : series) {
        if (hour == 10 && count == 50_000) {
          continue; // a gigabyte of samples
        }
        int samples = (int) (hour * 3_600_000L / INTERVAL);
        var engine = engine(count, samples);
        for (String query : QUERIES) {
          print(engine, query, count, hour, samples);
        }
      }
    }
  }

  private static void print(
      VectorizedQueryEngine engine, String query, int series, int hours, int samples) {
    var process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    var request = QueryRequest.range(query, 0, (samples - 1) * INTERVAL, 4 * INTERVAL);
    for (int run = 0; run < WARM_UPS; run++) {
      engine.query(request);
    }
    long wall = Long.MAX_VALUE;
    long looked = 1;
    long beginCpu = process.getProcessCpuTime(); // in steps of some milliseconds
    for (int run = 0; run < RUNS; run++) {
      long begin = System.nanoTime();
      QueryResult result = engine.query(request);
      wall = Math.min(wall, System.nanoTime() - begin);
      looked = Math.max(1, result.statistics().totalSamples());
    }
    long cpu = (process.getProcessCpuTime() - beginCpu) / RUNS;
    System.out.printf(
        "%-55s %8d %6d %12d %9.2f %9.2f%n",
        query, series, hours, looked, (double) wall / looked, (double) cpu / looked);
  }
}
