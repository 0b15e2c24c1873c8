package io.narthex.query.http;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a point of a matrix cost as JSON, by the kind of its value? {@code java -cp
 * test-classpath org.openjdk.jmh.Main ResultBodyBenchmark -prof gc}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ResultBodyBenchmark {
  private static final int SERIES = 1000;
  private static final int POINTS = 1000;

  @Param({"integer", "decimal", "full"})
  String values;

  private QueryValue matrix;

  @Setup
  public void fill() {
    var random = new Random(42);
    var timestamps =
        LongStream.range(0, POINTS).map(i -> 1_795_174_000_000L + i * 15_000).toArray();
    var series = new ArrayList<QueryValue.Series>();
    for (int i = 0; i < SERIES; i++) {
      double[] column = new double[POINTS];
      Arrays.setAll(column, point -> value(random));
      var labels = Labels.of("__name__", "up", "instance", "host-" + i, "job", "node");
      series.add(new QueryValue.Series(labels, timestamps, column, null));
    }
    matrix = new QueryValue.Matrix(series);
  }

  private double value(Random random) {
    return switch (values) {
      case "integer" -> random.nextInt(1_000_000);
      case "decimal" -> random.nextInt(1_000_000) / 1000d;
      default -> random.nextDouble();
    };
  }

  @Benchmark
  @OperationsPerInvocation(SERIES * POINTS)
  public long write() {
    var body = new ResultBody(matrix, 0, null);
    var out = new JsonOut();
    long bytes = 0;
    boolean more = true;
    while (more) {
      more = body.write(out);
      bytes += out.take().length;
    }
    return bytes;
  }
}
