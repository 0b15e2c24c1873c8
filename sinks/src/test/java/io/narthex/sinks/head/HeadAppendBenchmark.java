package io.narthex.sinks.head;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.sinks.wal.WalListener;
import io.narthex.sinks.wal.WalOptions;
import io.narthex.sinks.wal.WalSync;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a sample cost on its way into head and log, by number of series? Batches are scrapes of
 * 2,000 known series each; the head is flushed to nowhere after every twenty rounds.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx6g"})
@Warmup(iterations = 3, time = 5)
@Measurement(iterations = 3, time = 5)
public class HeadAppendBenchmark {
  private static final int BATCH = 2_000;
  private static final long START = 1_700_000_000_000L;

  @Param({"200000", "1000000"})
  int series;

  /** Whether each batch waits for its fsync. */
  @Param({"OFF", "ALWAYS"})
  WalSync sync;

  private Path directory;
  private Head head;
  private SeriesFeed feed;
  private CompletableFuture<AppendResult> last;

  @Setup(Level.Trial)
  public void open() throws IOException {
    directory = Files.createTempDirectory("narthex-bench");
    head =
        Head.open(
            directory,
            HeadOptions.DEFAULT,
            WalOptions.DEFAULT.withSync(sync),
            WalListener.NONE,
            () -> Long.MAX_VALUE / 2);
    feed = new SeriesFeed(series, BATCH);
    for (int b = 0; b < feed.batches(); b++) {
      last = head.append(feed.next());
    }
    last.join();
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    head.close();
    try (var files = Files.list(directory)) {
      for (var file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public CompletableFuture<AppendResult> append() throws IOException {
    if (feed.round() % 20 == 0 && feed.atStart()) {
      var frozen = head.freeze();
      if (frozen != null) {
        head.retire(frozen, () -> {});
        head.dropLog(frozen);
      }
    }
    last = head.append(feed.next());
    return last;
  }

  /** Scrapes of many targets, again and again, 15 seconds apart. */
  static final class SeriesFeed {
    private final SampleBatch[] labels;
    private final Random random = new Random(42);
    private final double[] counters;
    private int next;
    private int round;

    SeriesFeed(int series, int batch) {
      labels = new SampleBatch[series / batch];
      counters = new double[batch];
      for (int target = 0; target < labels.length; target++) {
        var builder = SampleBatch.at(new Origin.Scrape("node", "t" + target, null), START);
        for (int s = 0; s < batch; s++) {
          builder.series(labels(target, s)).value(0);
        }
        labels[target] = builder.build();
      }
    }

    private static Labels labels(int target, int s) {
      return Labels.of(
          "__name__", "http_request_duration_seconds_bucket_" + s / 100,
          "job", "kubernetes-service-endpoints",
          "instance", "10.128." + target / 250 + "." + target % 250 + ":9100",
          "namespace", "team-" + target % 40,
          "pod", "checkout-service-7d9f8b6c5-" + Integer.toHexString(target * 7919),
          "handler", "/api/v1/resource/" + s % 10,
          "code", s % 2 == 0 ? "200" : "500",
          "le", "" + s % 100 / 10.0);
    }

    int batches() {
      return labels.length;
    }

    int round() {
      return round;
    }

    boolean atStart() {
      return next == 0;
    }

    /** A scrape of the next target: a third of the values stay, most grow by a little. */
    SampleBatch next() {
      var known = labels[next];
      var builder =
          SampleBatch.at(known.origin(), START + round * 15_000L + next).over(known.labelBytes());
      for (int s = 0; s < known.seriesCount(); s++) {
        if (s % 3 != 0) {
          counters[s] += s % 10 == 1 ? random.nextDouble() : random.nextInt(200);
        }
        builder.seriesAt(known.labelFrom(s), known.labelTo(s), known.hash(s)).value(counters[s]);
      }
      if (++next == labels.length) {
        next = 0;
        round++;
      }
      return builder.build();
    }
  }
}
