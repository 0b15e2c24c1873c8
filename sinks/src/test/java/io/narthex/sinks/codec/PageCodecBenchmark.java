package io.narthex.sinks.codec;

import java.util.Random;
import java.util.concurrent.TimeUnit;
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
 * What does a value cost to encode and to decode, and how many bytes is it, for each kind of series
 * that monitoring has? Run main of {@code org.openjdk.jmh.Main} on the test class path with {@code
 * PageCodecBenchmark}; bytes a value are printed at set-up.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(PageCodecBenchmark.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class PageCodecBenchmark {
  static final int ROWS = 960;

  @Param({"constant", "counter", "integerGauge", "decimalGauge", "floatGauge", "timestamps"})
  public String kind;

  private final double[] values = new double[ROWS];
  private final long[] times = new long[ROWS];
  private final double[] decoded = new double[ROWS];
  private final long[] decodedTimes = new long[ROWS];
  private final ByteOutput encoded = new ByteOutput(1 << 14);
  private final ByteOutput scratch = new ByteOutput(1 << 14);
  private final ByteInput input = new ByteInput();
  private final ValueEncoder encoder = new ValueEncoder();
  private final ValueDecoder decoder = new ValueDecoder();
  private final IntegerEncoder integerEncoder = new IntegerEncoder();
  private final IntegerDecoder integerDecoder = new IntegerDecoder();
  private ValueCodec codec = ValueCodec.CONSTANT;

  /** Fills a page. */
  @Setup
  public void fill() {
    var random = new Random(42);
    double state = 1000;
    for (int i = 0; i < ROWS; i++) {
      state =
          switch (kind) {
            case "counter" -> state + 500 + random.nextInt(1000);
            case "integerGauge" -> random.nextInt(3) == 0 ? state + random.nextInt(30) - 15 : state;
            case "decimalGauge" -> Math.rint(100 * (60 + random.nextGaussian())) / 100;
            case "floatGauge" -> 0.8 + 0.1 * random.nextDouble();
            default -> state;
          };
      values[i] = state;
      times[i] = 1_700_000_000_000L + 15_000L * i + random.nextInt(4);
    }
    if (isTimestamps()) {
      integerEncoder.encode(times, ROWS, encoded);
    } else {
      codec = encoder.encode(values, 0, ROWS, encoded);
    }
    System.out.printf("%s: %.3f bytes a value%n", kind, encoded.size() / (double) ROWS);
  }

  private boolean isTimestamps() {
    return kind.equals("timestamps");
  }

  /** Encodes a page. */
  @Benchmark
  public int encode() {
    scratch.clear();
    if (isTimestamps()) {
      integerEncoder.encode(times, ROWS, scratch);
    } else {
      encoder.encode(values, 0, ROWS, scratch);
    }
    return scratch.size();
  }

  /** Decodes a page, the copy of its bytes included. */
  @Benchmark
  public Object decode() {
    input.reset(encoded.bytes(), 0, encoded.size());
    if (isTimestamps()) {
      integerDecoder.decode(input, decodedTimes, 0, ROWS);
      return decodedTimes;
    }
    decoder.decode(input, codec, Leaders.NONE, decoded, 0, ROWS);
    return decoded;
  }
}
