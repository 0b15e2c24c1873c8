package io.narthex.sinks.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.sinks.prometheus.TsdbBlockWriter.Series;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Blocks of Prometheus, written here as it writes them, come over bit for bit. */
class TsdbBlockImportTest {
  private static final long START = 1_700_000_000_000L;
  private static final double[] NASTY = {
    0.0,
    -0.0,
    Double.NaN,
    Double.longBitsToDouble(0x7FF0000000000002L),
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    -Double.MAX_VALUE,
    1e-300
  };

  @TempDir Path directory;

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Map<Labels, Map<Long, Long>> expected = new TreeMap<>();

  @Test
  void blocks_ofRandomSeries_areImportedBitForBit() throws IOException {
    var first = new TsdbBlockWriter(directory.resolve("01AAAAAAAAAAAAAAAAAAAAAAAA"));
    var second = new TsdbBlockWriter(directory.resolve("01BBBBBBBBBBBBBBBBBBBBBBBB"));
    for (int s = 0; s < 40; s++) {
      var labels = List.of("__name__", "m" + s % 3, "job", "größe", "s", "" + s);
      first.add(series(labels, START));
      if (s % 2 == 0) {
        second.add(series(labels, START + 400L * 86_400_000));
      }
    }
    first.write(START, START + 1, List.of());
    second.write(START + 2, START + 3, List.of("01CCCCCCCCCCCCCCCCCCCCCCCC"));
    var replaced = new TsdbBlockWriter(directory.resolve("01CCCCCCCCCCCCCCCCCCCCCCCC"));
    replaced.add(new Series(List.of("a", "b"), new long[] {5}, new double[] {5}, List.of()));
    replaced.write(5, 6, List.of());

    try (var store = open()) {
      var into = new Import(store, store, (part, share, samples) -> {});
      PrometheusDirectory.read(directory, into);
      assertThat(into.summary().faults()).as("-Dtest.seed=%d", seed).isEmpty();
      assertThat(read(store)).as("-Dtest.seed=%d", seed).isEqualTo(expected);
    }
  }

  @Test
  void damagedChunk_isToldAndTheRestImported() throws IOException {
    var block = new TsdbBlockWriter(directory.resolve("01AAAAAAAAAAAAAAAAAAAAAAAA"));
    long[] times = new long[300];
    for (int i = 0; i < times.length; i++) {
      times[i] = START + i * 15_000L;
    }
    block.add(new Series(List.of("__name__", "m"), times, new double[300], List.of()));
    block.write(START, START + 1, List.of());
    var file = directory.resolve("01AAAAAAAAAAAAAAAAAAAAAAAA").resolve("chunks").resolve("000001");
    byte[] bytes = Files.readAllBytes(file);
    bytes[14] ^= 1;
    Files.write(file, bytes);

    try (var store = open()) {
      var into = new Import(store, store, (part, share, samples) -> {});
      PrometheusDirectory.read(directory, into);
      assertThat(into.summary().faults()).singleElement().asString().contains("000001");
      assertThat(read(store).get(Labels.of("__name__", "m"))).hasSize(180);
    }
  }

  private Series series(List<String> labels, long from) {
    int count = 1 + random.nextInt(400);
    long[] times = new long[count];
    double[] values = new double[count];
    long time = from;
    double value = random.nextInt(1000);
    int kind = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      times[i] = time;
      time += 15_000 + (random.nextInt(4) == 0 ? 1 + random.nextInt(1 << random.nextInt(25)) : 0);
      value =
          switch (kind) {
            case 0 -> value + random.nextInt(5);
            case 1 -> random.nextGaussian();
            case 2 -> NASTY[random.nextInt(NASTY.length)];
            default -> Double.longBitsToDouble(random.nextLong());
          };
      values[i] = value;
    }
    var deleted = new ArrayList<long[]>();
    if (random.nextInt(3) == 0) {
      deleted.add(new long[] {times[count / 3], times[count / 2]});
    }
    expect(labels, times, values, deleted);
    return new Series(labels, times, values, deleted);
  }

  private void expect(List<String> labels, long[] times, double[] values, List<long[]> deleted) {
    var rows =
        expected.computeIfAbsent(Labels.of(labels.toArray(new String[0])), key -> new TreeMap<>());
    for (int i = 0; i < times.length; i++) {
      long time = times[i];
      if (deleted.stream().noneMatch(range -> time >= range[0] && time <= range[1])) {
        rows.put(time, Double.doubleToRawLongBits(values[i]));
      }
    }
    if (rows.isEmpty()) {
      expected.remove(Labels.of(labels.toArray(new String[0])));
    }
  }

  private BlockStore open() {
    return BlockStore.open(
        directory.resolve("store"),
        StoreOptions.DEFAULT.withRetention(Duration.ZERO, 0),
        new PrometheusRegistry());
  }

  private static Map<Labels, Map<Long, Long>> read(BlockStore store) {
    var all = new TreeMap<Labels, Map<Long, Long>>();
    var matchers = List.of(Matcher.of("__name__", Matcher.Type.REGEX, ".*"));
    try (var selection =
        store.select(new Selector(matchers, Long.MIN_VALUE, Long.MAX_VALUE, true))) {
      for (int i = 0; i < selection.size(); i++) {
        var rows = new SampleBuffer();
        selection.read(i, Long.MIN_VALUE, Long.MAX_VALUE, rows);
        var byTime = new TreeMap<Long, Long>();
        for (int row = 0; row < rows.size(); row++) {
          byTime.put(rows.timestamps()[row], Double.doubleToRawLongBits(rows.values()[row]));
        }
        all.put(selection.labels(i), byTime);
      }
    }
    return all;
  }
}
