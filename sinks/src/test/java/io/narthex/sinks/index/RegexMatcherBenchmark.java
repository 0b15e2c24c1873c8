package io.narthex.sinks.index;

import io.narthex.pipeline.model.Matcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
import org.roaringbitmap.RoaringBitmap;

/**
 * What does it cost to find the series whose label matches, among 10,000 values with ten series
 * each: a literal, alternatives and a prefix, which need no regular expression engine, and two that
 * do? The matcher is compiled each time, as for a query.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class RegexMatcherBenchmark {
  private static final int VALUES = 10_000;
  private static final int SERIES_PER_VALUE = 10;

  @Param({
    "checkout-00042",
    "checkout-00042|checkout-07001|gone",
    "checkout-0004.*",
    ".+",
    "check.*-0*42",
    "(?i)CHECKOUT-.*9",
  })
  String expression;

  private final Map<String, RoaringBitmap> bitmaps = new TreeMap<>();
  private final List<String> values = new ArrayList<>();
  private Postings postings = new Pod(this);

  @Setup
  public void fill() {
    for (int i = 0; i < VALUES; i++) {
      String value = "checkout-%05d".formatted(i);
      values.add(value);
      bitmaps.put(
          value,
          RoaringBitmap.bitmapOfRange(
              (long) i * SERIES_PER_VALUE, (long) (i + 1) * SERIES_PER_VALUE));
    }
    postings = new Pod(this);
  }

  @Benchmark
  public int select() {
    var matcher = Matcher.of("pod", Matcher.Type.REGEX, expression);
    return PostingsQuery.select(postings, List.of(matcher)).getCardinality();
  }

  /** An index with one label, {@code pod}. */
  private record Pod(RegexMatcherBenchmark data) implements Postings {
    @Override
    public RoaringBitmap all() {
      return RoaringBitmap.bitmapOfRange(0, (long) VALUES * SERIES_PER_VALUE);
    }

    @Override
    public RoaringBitmap get(String name, String value) {
      return data.bitmaps.getOrDefault(value, new RoaringBitmap());
    }

    @Override
    public List<String> values(String name) {
      return data.values;
    }

    @Override
    public List<String> names() {
      return List.of("pod");
    }
  }
}
