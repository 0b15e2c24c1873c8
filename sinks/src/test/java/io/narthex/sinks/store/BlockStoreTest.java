package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.sinks.wal.WalSync;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockStoreTest {
  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path directory;

  @Test
  void open_directoryInUse_isRefusedWithAReason() {
    try (var store = open(StoreOptions.DEFAULT)) {
      assertThat(store.statistics().blocks()).isZero();
      assertThatThrownBy(() -> open(StoreOptions.DEFAULT))
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("open already");
    }
    open(StoreOptions.DEFAULT).close();
  }

  @Test
  void flush_samplesInHead_areReadFromBlocksOnceOnly() {
    try (var store = open(StoreOptions.DEFAULT)) {
      for (int i = 0; i < 10; i++) {
        append(store, NOW + i, "m", 3, i);
      }
      var before = read(store, Long.MIN_VALUE, Long.MAX_VALUE);
      store.flush();
      assertThat(store.statistics().blocks()).isEqualTo(1);
      assertThat(read(store, Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(before);
      append(store, NOW + 20, "m", 3, 1);
      assertThat(read(store, Long.MIN_VALUE, Long.MAX_VALUE).values())
          .allSatisfy(rows -> assertThat(rows).hasSize(11));
    }
    try (var store = open(StoreOptions.DEFAULT)) {
      assertThat(read(store, Long.MIN_VALUE, Long.MAX_VALUE).values())
          .hasSize(3)
          .allSatisfy(rows -> assertThat(rows).hasSize(11));
    }
  }

  @Test
  void labelValues_headAndBlocks_areUnitedInByteOrder() {
    try (var store = open(StoreOptions.DEFAULT)) {
      append(store, NOW, "b", 2, 1);
      store.flush();
      append(store, NOW + 1, "a", 3, 1);
      long all = Long.MAX_VALUE;
      assertThat(store.labelNames(new Lookup(List.of(), 0, all, 0)))
          .containsExactly("__name__", "host");
      assertThat(store.labelValues("__name__", new Lookup(List.of(), 0, all, 0)))
          .containsExactly("a", "b");
      assertThat(store.labelValues("host", new Lookup(List.of(), 0, all, 2)))
          .containsExactly("h0", "h1");
      var onlyB = List.of(List.of(Matcher.equal("__name__", "b")));
      assertThat(store.labelValues("host", new Lookup(onlyB, 0, all, 0)))
          .containsExactly("h0", "h1");
      assertThat(store.labelNames(new Lookup(onlyB, 0, all, 0)))
          .containsExactly("__name__", "host");
      assertThat(store.labelValues("__name__", new Lookup(List.of(), 0, NOW, 0)))
          .containsExactly("b");
      assertThat(store.series(new Lookup(List.of(), 0, all, 0))).hasSize(5).isSorted();
      assertThat(store.series(new Lookup(onlyB, 0, all, 1))).hasSize(1);
    }
  }

  @Test
  void retention_byTime_dropsWholeBlocks() {
    var options = StoreOptions.DEFAULT.withRetention(Duration.ofHours(1), 0);
    try (var store = open(options)) {
      append(store, NOW - 7_200_000, "m", 1, 1);
      store.flush();
      append(store, NOW, "m", 1, 2);
      store.flush();
      assertThat(read(store, Long.MIN_VALUE, Long.MAX_VALUE).values())
          .containsExactly(new TreeMap<>(Map.of(NOW, 2.0)));
      assertThat(store.statistics().blocks()).isEqualTo(1);
    }
  }

  @Test
  void retention_byPercentage_dropsTheOldestBlocks() {
    try (var store = open(StoreOptions.DEFAULT)) {
      append(store, NOW - 40 * 3_600_000L, "m", 1, 1);
      store.flush();
      append(store, NOW, "m", 1, 2);
      store.flush();
      assertThat(store.statistics().blocks()).isEqualTo(2);
    }
    long block;
    try (var store = open(StoreOptions.DEFAULT.withRetentionPercentage(50))) {
      assertThat(store.statistics().blocks()).isEqualTo(2);
      block = store.inventory().blocks().get(0).bytes();
    }
    double share = 150.0 * block / directory.toFile().getTotalSpace();
    try (var store = open(StoreOptions.DEFAULT.withRetentionPercentage(share))) {
      store.flush();
      assertThat(read(store, Long.MIN_VALUE, Long.MAX_VALUE).values())
          .containsExactly(new TreeMap<>(Map.of(NOW, 2.0)));
    }
  }

  @Test
  void flush_samplesOfManyHours_areMergedIntoAlignedBlocks() {
    var options = StoreOptions.DEFAULT.withWalSync(WalSync.OFF);
    try (var store = open(options)) {
      for (int i = 0; i < 60; i++) {
        append(store, NOW - 36_000_000 + i * 600_000L, "m", 2, i);
        if (i % 7 == 0) {
          store.flush();
        }
      }
      var before = read(store, Long.MIN_VALUE, Long.MAX_VALUE);
      assertThat(before.values()).allSatisfy(rows -> assertThat(rows).hasSize(60));
      store.flush();
      assertThat(read(store, Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(before);
      assertThat(store.statistics().blocks()).isLessThan(9);
    }
    try (var store = open(options)) {
      assertThat(read(store, Long.MIN_VALUE, Long.MAX_VALUE).values())
          .allSatisfy(rows -> assertThat(rows).hasSize(60));
    }
  }

  @Test
  void delete_range_isGoneAtOnceAndAfterReopeningAndAfterCleaning() {
    try (var store = open(StoreOptions.DEFAULT)) {
      for (int i = 0; i < 10; i++) {
        append(store, NOW + i, "m", 2, i);
      }
      var host = List.of(Matcher.equal("host", "h1"));
      store.delete(host, NOW + 2, NOW + 4);
      store.delete(host, NOW + 4, NOW + 6);
      store.delete(List.of(Matcher.equal("host", "h0")), NOW + 9, NOW + 20);
      checkDeleted(store);
      append(store, NOW + 20, "other", 1, 1);
    }
    try (var store = open(StoreOptions.DEFAULT)) {
      checkDeleted(store);
      store.cleanTombstones();
      checkDeleted(store);
    }
  }

  private static void checkDeleted(BlockStore store) {
    var h0 = Labels.of("__name__", "m", "host", "h0");
    var h1 = Labels.of("__name__", "m", "host", "h1");
    var rows = read(store, Long.MIN_VALUE, Long.MAX_VALUE);
    assertThat(rows.get(h0)).hasSize(9).doesNotContainKey(NOW + 9);
    assertThat(rows.get(h1).keySet()).containsExactly(NOW, NOW + 1, NOW + 7, NOW + 8, NOW + 9);
    assertThat(readPages(store).get(h1)).isEqualTo(rows.get(h1));
  }

  @Test
  void snapshot_isAStoreOfItsOwn() {
    String name;
    try (var store = open(StoreOptions.DEFAULT)) {
      append(store, NOW, "m", 2, 1);
      name = store.snapshot(false);
    }
    directory = directory.resolve("snapshots").resolve(name);
    try (var copy = open(StoreOptions.DEFAULT)) {
      assertThat(read(copy, Long.MIN_VALUE, Long.MAX_VALUE)).hasSize(2);
    }
  }

  @Test
  void randomAppendsAndFlushes_readBackByRowsAndByPages() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    var expected = new TreeMap<Labels, TreeMap<Long, Double>>();
    var options =
        StoreOptions.DEFAULT.withWalSync(WalSync.OFF).withOutOfOrderWindow(Duration.ofDays(1));
    long time = NOW;
    for (int life = 0; life < 3; life++) {
      try (var store = open(options)) {
        for (int b = 0; b < 60; b++) {
          time += random.nextInt(10_000);
          store.append(randomBatch(random, time, expected)).join();
          if (random.nextInt(12) == 0) {
            store.flush();
          }
        }
        assertThat(read(store, Long.MIN_VALUE, Long.MAX_VALUE))
            .as("life %d; rerun with -Dtest.seed=%d", life, seed)
            .isEqualTo(expected);
        assertThat(readPages(store))
            .as("life %d; rerun with -Dtest.seed=%d", life, seed)
            .isEqualTo(expected);
        long from = NOW + random.nextInt(300_000);
        long to = from + random.nextInt(300_000);
        assertThat(read(store, from, to))
            .as("range; rerun with -Dtest.seed=%d", seed)
            .isEqualTo(cut(expected, from, to));
      }
    }
  }

  private static SampleBatch randomBatch(
      Random random, long time, Map<Labels, TreeMap<Long, Double>> expected) {
    var batch = SampleBatch.of(new Origin.Rules("g"));
    for (int s = random.nextInt(20); s > 0; s--) {
      var labels = Labels.of("__name__", "m" + random.nextInt(20), "host", "h" + random.nextInt(3));
      batch.series(labels);
      for (int r = random.nextInt(3); r >= 0; r--) {
        long at = random.nextInt(8) == 0 ? time - random.nextInt(100_000) : time + 5 - r;
        double value = random.nextInt(100);
        batch.value(at, value);
        expected.computeIfAbsent(labels, key -> new TreeMap<>()).put(at, value);
      }
    }
    return batch.build();
  }

  private static Map<Labels, TreeMap<Long, Double>> cut(
      Map<Labels, TreeMap<Long, Double>> all, long from, long to) {
    var cut = new TreeMap<Labels, TreeMap<Long, Double>>();
    all.forEach(
        (labels, rows) -> {
          var part = new TreeMap<>(rows.subMap(from, true, to, true));
          if (!part.isEmpty()) {
            cut.put(labels, part);
          }
        });
    return cut;
  }

  private BlockStore open(StoreOptions options) {
    return BlockStore.open(directory, options.withClock(() -> NOW), new PrometheusRegistry());
  }

  private static void append(BlockStore store, long time, String metric, int hosts, double value) {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), time);
    for (int h = 0; h < hosts; h++) {
      batch.series(Labels.of("__name__", metric, "host", "h" + h)).value(value);
    }
    store.append(batch.build()).join();
  }

  private static Map<Labels, TreeMap<Long, Double>> read(BlockStore store, long from, long to) {
    var found = new LinkedHashMap<Labels, TreeMap<Long, Double>>();
    var rows = new SampleBuffer();
    try (var selection = store.select(new Selector(List.of(), from, to, true))) {
      for (int i = 0; i < selection.size(); i++) {
        rows.clear();
        selection.read(i, from == Long.MIN_VALUE ? from : from - 1, to, rows);
        if (rows.size() > 0) {
          found.put(selection.labels(i), map(rows));
        }
      }
    }
    assertThat(new ArrayList<>(found.keySet())).isSorted();
    return found;
  }

  private static Map<Labels, TreeMap<Long, Double>> readPages(BlockStore store) {
    var found = new TreeMap<Labels, TreeMap<Long, Double>>();
    var rows = new SampleBuffer();
    try (var selection =
        store.select(new Selector(List.of(), Long.MIN_VALUE, Long.MAX_VALUE, true))) {
      for (int i = 0; i < selection.size(); i++) {
        var pages = selection.pages(i);
        long last = Long.MIN_VALUE;
        var all = new TreeMap<Long, Double>();
        while (pages.next()) {
          rows.clear();
          pages.read(rows);
          assertThat(rows.size()).isEqualTo(pages.count());
          assertThat(rows.timestamps()[0]).isEqualTo(pages.minTime()).isGreaterThan(last);
          last = rows.timestamps()[rows.size() - 1];
          assertThat(last).isEqualTo(pages.maxTime());
          all.putAll(map(rows));
        }
        found.put(selection.labels(i), all);
      }
    }
    return found;
  }

  private static TreeMap<Long, Double> map(SampleBuffer rows) {
    var map = new TreeMap<Long, Double>();
    for (int row = 0; row < rows.size(); row++) {
      map.put(rows.timestamps()[row], rows.values()[row]);
    }
    assertThat(map).hasSize(rows.size());
    return map;
  }
}
