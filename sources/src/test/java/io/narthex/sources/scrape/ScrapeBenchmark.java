package io.narthex.sources.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.sources.scrape.TargetSeries.Scrape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * What does a scraped sample cost between the socket and the batch? Run with {@code java -cp <test
 * class path> org.openjdk.jmh.Main ScrapeBenchmark -f 1 -wi 3 -i 3 -prof gc}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ScrapeBenchmark {
  private static final int SAMPLES = 2000;

  @Param({"false", "true"})
  boolean gzip;

  @Param({"0", "0.02"})
  double churn;

  private final ScrapedRows rows = new ScrapedRows();
  private final TargetSplit target = new JobBuilder("node").targets("host:9100").target();
  private final TargetSeries series = new TargetSeries(target);
  private final LoopTools tools =
      new LoopHarness().tools(t -> Mono.empty(), Schedulers.immediate(), ScrapeOptions.DEFAULT);
  private final byte[][] bodies = new byte[64][];
  private int turn;

  @Setup
  public void expositions() throws IOException {
    var random = new Random(42);
    int[] device = new int[SAMPLES];
    for (int b = 0; b < bodies.length; b++) {
      var text = new StringBuilder();
      for (int i = 0; i < SAMPLES; i++) {
        if (i % 20 == 0) {
          text.append("# HELP node_metric_").append(i / 20).append("_total What it counts.\n");
          text.append("# TYPE node_metric_").append(i / 20).append("_total counter\n");
        }
        if (random.nextDouble() < churn) {
          device[i]++;
        }
        text.append("node_metric_").append(i / 20).append("_total{cpu=\"").append(i % 20);
        text.append("\",mode=\"user\",device=\"/dev/disk/").append(device[i]).append("\"} ");
        text.append(random.nextInt(1_000_000) / 100.0).append('\n');
      }
      byte[] plain = text.toString().getBytes(UTF_8);
      bodies[b] = gzip ? packed(plain) : plain;
    }
  }

  private static byte[] packed(byte[] plain) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var zip = new GZIPOutputStream(out)) {
      zip.write(plain);
    }
    return out.toByteArray();
  }

  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public SampleBatch scrape() {
    turn++;
    byte[] wire = bodies[turn % bodies.length];
    var body = new Body(wire.clone(), wire.length, gzip, "text/plain");
    return tools.unpacked(
        body,
        target,
        (bytes, length) ->
            series
                .success(
                    bytes,
                    length,
                    body.contentType(),
                    new Scrape(turn * 15_000L, System.nanoTime(), length),
                    rows)
                .batch());
  }
}
