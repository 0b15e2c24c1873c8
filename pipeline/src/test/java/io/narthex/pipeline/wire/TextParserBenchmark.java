package io.narthex.pipeline.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.model.LabelHash;
import io.narthex.pipeline.wire.ExpositionParser.Entry;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does a sample of a scraped page cost, when its series is known (its text is hashed, as a
 * scrape loop does) and when it is new (its labels are decoded)? Run {@code org.openjdk.jmh.Main
 * TextParserBenchmark -prof gc} on the test class path.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class TextParserBenchmark {
  private static final int SERIES = 1000;

  private final LabelBuffer labels = new LabelBuffer();
  private byte[] text = new byte[0];
  private byte[] openMetrics = new byte[0];

  @Setup
  public void write() {
    var random = new Random(42);
    var page = new StringBuilder();
    for (int s = 0; s < SERIES; s++) {
      if (s % 10 == 0) {
        page.append("# HELP http_requests_").append(s).append(" How many requests there were.\n");
        page.append("# TYPE http_requests_").append(s).append(" gauge\n");
      }
      page.append("http_requests_").append(s - s % 10);
      page.append("{method=\"POST\",path=\"/api/v1/orders\",code=\"").append(s % 10);
      page.append("\",handler=\"checkout\",shard=\"").append(s).append("\"} ");
      page.append(s % 3 == 0 ? random.nextGaussian() : random.nextInt(1_000_000)).append('\n');
    }
    text = page.toString().getBytes(UTF_8);
    openMetrics = page.append("# EOF\n").toString().getBytes(UTF_8);
  }

  @Benchmark
  @OperationsPerInvocation(SERIES)
  public long textKnownSeries() {
    return known(new TextParser(text, 0, text.length));
  }

  @Benchmark
  @OperationsPerInvocation(SERIES)
  public long textNewSeries() {
    return decoded(new TextParser(text, 0, text.length));
  }

  @Benchmark
  @OperationsPerInvocation(SERIES)
  public long openMetricsKnownSeries() {
    return known(new OpenMetricsParser(openMetrics, 0, openMetrics.length, false));
  }

  private static long known(ExpositionParser parser) {
    long total = 0;
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES) {
        total += LabelHash.of(parser.bytes(), parser.seriesFrom(), parser.seriesTo());
        total += (long) parser.value();
      }
    }
    return total;
  }

  private long decoded(ExpositionParser parser) {
    long total = 0;
    for (var entry = parser.next(); entry != Entry.END; entry = parser.next()) {
      if (entry == Entry.SERIES) {
        parser.labels(labels);
        total += labels.hash() + (long) parser.value();
      }
    }
    return total;
  }
}
