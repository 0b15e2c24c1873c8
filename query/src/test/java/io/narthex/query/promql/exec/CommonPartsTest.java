package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.MemoryStore;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommonPartsTest {
  private static final int SERIES = 50;
  private static final int ROWS = 41;
  private static final long STEP = 15_000;

  private final MemoryStore store = new MemoryStore();
  private final VectorizedQueryEngine engine =
      new VectorizedQueryEngine(store, EngineOptions.defaults());

  @BeforeEach
  void fill() {
    for (int series = 0; series < SERIES; series++) {
      for (int row = 0; row < ROWS; row++) {
        store.append(
            Labels.of("__name__", "m", "s", "s" + series), row * STEP, (series + 1d) * row);
      }
    }
  }

  private QueryResult ask(String query) {
    return engine.query(QueryRequest.range(query, 300_000, (ROWS - 1) * STEP, STEP));
  }

  private static double first(QueryResult result) {
    return ((QueryValue.Matrix) result.value()).series().get(0).values()[0];
  }

  private long read(String query) {
    return ask(query).statistics().samplesRead();
  }

  @Test
  void query_partIsWrittenTwice_isReadOnce() {
    long once = read("rate(m[5m])");
    assertThat(once).isPositive();
    assertThat(read("rate(m[5m]) / ignoring() (rate(m[5m]) + rate(m[5m]))")).isEqualTo(once);
    assertThat(read("sum(rate(m[5m])) / count(rate(m[5m]))")).isEqualTo(once);
    assertThat(read("sum(rate(m[5m])) / (sum(rate(m[5m])) + 1)")).isEqualTo(once);
    assertThat(read("max_over_time((rate(m[5m]) - rate(m[5m]))[1m:15s])"))
        .isEqualTo(read("max_over_time(rate(m[5m])[1m:15s])"));
    // The same series, but not the same vectors.
    assertThat(read("rate(m[5m]) - rate(m[4m])")).isGreaterThan(once);
    assertThat(read("m - m offset 15s")).isGreaterThan(read("m"));
    assertThat(read("rate(m[5m]) > bool rate(m[5m] @ 400)")).isGreaterThan(once);
  }

  @Test
  void query_partIsWrittenTwice_countsAsPrometheusDoes() {
    long once = ask("rate(m[5m])").statistics().totalSamples();
    assertThat(ask("rate(m[5m]) / rate(m[5m])").statistics().totalSamples()).isEqualTo(2 * once);
    assertThat(ask("sum(rate(m[5m])) / sum(rate(m[5m]))").statistics().totalSamples())
        .isEqualTo(2 * once);
  }

  @Test
  void query_partIsWrittenTwice_notesNameEachPlace() {
    assertThat(ask("rate(m[5m]) + sum(rate(m[5m])) by (s)").infos())
        .containsExactlyElementsOf(ask("rate(m[5m]) + sum(rate(m [5m])) by (s)").infos())
        .hasSize(2);
    assertThat(ask("(rate(m[5m]) + rate(m[5m])) * (rate(m[5m]) + rate(m[5m]))").infos()).hasSize(4);
  }

  @Test
  void query_partIsWrittenTwice_hasItsValueTwice() {
    assertThat(first(ask("m + m"))).isEqualTo(2 * first(ask("m")));
    assertThat(first(ask("m - -m"))).isEqualTo(2 * first(ask("m")));
    assertThat(first(ask("sum(m) / (sum(m) + sum(m))"))).isEqualTo(0.5);
  }

  @Test
  void query_manyPartsAreWrittenTwice_keepsNoMoreThanItCanDoWithout() {
    String query =
        IntStream.rangeClosed(1, 12)
            .mapToObj(i -> "(rate(m[" + i + "m]))")
            .map(part -> "count" + part + " * group" + part)
            .collect(Collectors.joining(" + "));
    // Each vector is less than an eighth of what the query may hold, all together are more.
    long[] times = new long[400];
    Arrays.setAll(times, row -> row * STEP);
    var many = new ArrayStore(times);
    for (int series = 0; series < 1000; series++) {
      many.add(Labels.of("__name__", "m", "s", "s" + series), new double[times.length]);
    }
    var narrow =
        new VectorizedQueryEngine(many, EngineOptions.defaults().withMemory(30 << 20, 1L << 30));
    var request = QueryRequest.range(query, 300_000, times[times.length - 1], STEP);
    assertThat(first(narrow.query(request))).isEqualTo(12 * 1000);
  }

  @Test
  void of_partsWithinEachOther_takesLittleForEach() {
    int depth = 110;
    String text =
        sum(
            IntStream.range(0, 256)
                .mapToObj(i -> "-(".repeat(depth) + "m" + i + ")".repeat(depth)));
    var expr = PromqlParser.parse(text, ParseOptions.DEFAULT);
    var annotations = new Annotations(text);
    var looks = new AtomicInteger();
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    var parts = CommonParts.of(expr, annotations, looks::incrementAndGet);
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(parts.has(expr)).isFalse();
    assertThat(looks.get()).isGreaterThan(100);
    assertThat(bytes / (256 * depth)).isLessThan(250);
  }

  /** The sum of vectors, in a tree of little height. */
  private static String sum(Stream<String> vectors) {
    var all = vectors.toList();
    while (all.size() > 1) {
      var next = new ArrayList<String>();
      for (int i = 0; i < all.size(); i += 2) {
        next.add("(" + all.get(i) + "+" + all.get(i + 1) + ")");
      }
      all = next;
    }
    return all.get(0);
  }

  @Test
  void query_noRoomToKeep_isEvaluatedTwice() {
    var narrow =
        new VectorizedQueryEngine(store, EngineOptions.defaults().withMemory(100_000, 1L << 20));
    var request = QueryRequest.range("m / m", 300_000, (ROWS - 1) * STEP, STEP);
    var result = narrow.query(request);
    assertThat(first(result)).isOne();
    assertThat(result.statistics().samplesRead()).isEqualTo(2 * read("m"));
  }
}
