package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.pipeline.storage.StoreInventory.BlockInfo;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One file of a store is damaged while it is closed: the rest is served, and it is said. */
class DamagedStoreTest {
  private static final long NOW = 1_700_000_000_000L;

  @TempDir Path directory;

  private Path first = Path.of("");

  @BeforeEach
  void twoBlocks() {
    try (var store = open()) {
      append(store, NOW - 40 * 3_600_000L);
      store.flush();
      first = directory.resolve("blocks").resolve(store.inventory().blocks().get(0).id());
      append(store, NOW);
      store.flush();
      assertThat(store.inventory().blocks()).hasSize(2);
      assertThat(store.inventory().damages()).isEmpty();
    }
  }

  @Test
  void open_blockFileMissing_setsTheBlockAsideAndServesTheRest() throws IOException {
    Files.delete(first.resolve("pages.arrow"));
    expectFirstSetAside();
  }

  @Test
  void open_blockMissing_isToldAtEachStartUntilItIsBackOrAccepted() throws IOException {
    Path away = directory.resolve("away");
    Files.move(first, away);
    for (int time = 0; time < 3; time++) {
      expectLoss("block", first, "the block is missing");
    }
    assertThat(new StoreInspection(directory).verify((place, done, total) -> {}).damages())
        .singleElement()
        .satisfies(damage -> assertThat(damage.place()).isEqualTo(first.toString()));
    Files.move(away, first);
    expectNoDamage();
    expectNoDamage();
    Files.move(first, away);
    expectLoss("block", first, "the block is missing");
    assertThat(new StoreInspection(directory).acceptLosses())
        .singleElement()
        .satisfies(damage -> assertThat(damage.place()).isEqualTo(first.toString()));
    expectNoDamage();
  }

  @Test
  void open_logFileMissing_isToldAtEachStartUntilRetentionIsOver() throws IOException {
    try (var store = open()) {
      append(store, NOW + 1);
    }
    Path log;
    try (var files = Files.list(directory.resolve("wal"))) {
      log =
          files.filter(file -> file.toString().endsWith(".wal")).sorted().findFirst().orElseThrow();
    }
    Files.delete(log);
    expectLoss("wal", log, "");
    expectLoss("wal", log, "");
    long later = NOW + StoreOptions.DEFAULT.head().retention().toMillis() + 1;
    try (var store =
        BlockStore.open(
            directory, StoreOptions.DEFAULT.withClock(() -> later), new PrometheusRegistry())) {
      assertThat(store.inventory().damages()).isEmpty();
    }
  }

  private void expectLoss(String part, Path place, String reason) {
    var registry = new PrometheusRegistry();
    try (var store =
        BlockStore.open(directory, StoreOptions.DEFAULT.withClock(() -> NOW), registry)) {
      assertThat(store.inventory().damages())
          .singleElement()
          .satisfies(
              damage -> {
                assertThat(damage.part()).isEqualTo(part);
                assertThat(damage.place()).isEqualTo(place.toString());
                assertThat(damage.reason()).contains(reason);
                assertThat(damage.found()).isEqualTo(NOW);
              });
      assertThat(registry.scrape(name -> name.startsWith("narthex_store_damages")).get(0))
          .isInstanceOfSatisfying(
              CounterSnapshot.class,
              damages -> assertThat(damages.getDataPoints().get(0).getValue()).isEqualTo(1));
    }
  }

  private void expectNoDamage() {
    try (var store = open()) {
      assertThat(store.inventory().damages()).isEmpty();
    }
  }

  @Test
  void open_tombstonesDamaged_hidesTheBlockAndServesTheRest() throws IOException {
    Files.write(first.resolve(DeletionFile.NAME), new byte[40]);
    expectFirstSetAside();
  }

  @Test
  void inventory_byteOfPagesFlipped_isReportedOnceItIsRead() throws IOException {
    Path pages = first.resolve("pages.arrow");
    byte[] bytes = Files.readAllBytes(pages);
    bytes[bytes.length / 2] ^= 1;
    Files.write(pages, bytes);
    try (var store = open()) {
      if (store.inventory().damages().isEmpty()) {
        assertThatThrownBy(() -> count(store)).isInstanceOf(FaultException.class);
      }
      assertThat(store.inventory().damages())
          .singleElement()
          .satisfies(damage -> assertThat(damage.place()).isEqualTo(first.toString()));
    }
  }

  @Test
  void flush_blockDamaged_othersAreMergedAroundIt() throws IOException {
    long start = NOW - 40 * 3_600_000L;
    try (var store = open()) {
      appendRandom(store, start + 1, 40_000);
      store.flush();
    }
    var blocks = new StoreInspection(directory).list().blocks();
    var largest = Collections.max(blocks, Comparator.comparingLong(BlockInfo::samples));
    first = directory.resolve("blocks").resolve(largest.id());
    Path pages = first.resolve("pages.arrow");
    byte[] bytes = Files.readAllBytes(pages);
    bytes[bytes.length / 2] ^= 1; // neither at the beginning nor at the end, which opening reads
    Files.write(pages, bytes);
    try (var store = open()) {
      for (int i = 1; i <= 3; i++) {
        appendRandom(store, start + i * 2_000_000L, 20_000);
        store.flush();
      }
      assertThat(store.inventory().damages())
          .singleElement()
          .satisfies(damage -> assertThat(damage.place()).isEqualTo(first.toString()));
      assertThat(store.inventory().blocks())
          .filteredOn(block -> !block.id().equals(largest.id()) && block.samples() > 1)
          .as("what came later is one block")
          .singleElement()
          .satisfies(block -> assertThat(block.samples()).isGreaterThanOrEqualTo(60_000));
      store.delete(List.of(Matcher.equal("__name__", "m")), start, start + 10_000);
      store.cleanTombstones();
      assertThat(first).exists();
    }
  }

  /** Random values 50 ms apart, which take eight bytes each. */
  private static void appendRandom(BlockStore store, long start, int rows) {
    var random = new Random(start);
    var batch = SampleBatch.of(new Origin.Import());
    batch.series(Labels.of("__name__", "m"));
    for (int row = 0; row < rows; row++) {
      batch.value(start + row * 50L, random.nextDouble());
    }
    assertThat(store.append(batch.build()).join().rejections()).isEmpty();
  }

  @Test
  void flush_logThatCannotBeCut_doesNotWriteTheSameBlockAgain() throws IOException {
    try (var store = open()) {
      append(store, NOW + 1);
      Path inTheWay = directory.resolve("wal").resolve("00000000-00000000.wal");
      Files.createDirectories(inTheWay.resolve("not empty"));
      assertThatThrownBy(store::flush).hasMessageContaining(inTheWay.toString());
      var sources = store.inventory().blocks();
      store.snapshot(false);
      assertThat(store.inventory().blocks().stream().mapToLong(BlockInfo::samples).sum())
          .as("not written a second time")
          .isEqualTo(sources.stream().mapToLong(BlockInfo::samples).sum())
          .isEqualTo(3);
      assertThat(count(store)).isEqualTo(3);
      Files.delete(inTheWay.resolve("not empty"));
      Files.delete(inTheWay);
      append(store, NOW + 2);
      store.flush();
      assertThat(count(store)).isEqualTo(4);
    }
  }

  private void expectFirstSetAside() {
    for (int time = 0; time < 2; time++) {
      try (var store = open()) {
        assertThat(count(store)).isEqualTo(1);
        assertThat(store.inventory().blocks()).hasSize(1);
        assertThat(store.inventory().damages())
            .singleElement()
            .satisfies(
                damage -> {
                  assertThat(damage.part()).isEqualTo("block");
                  assertThat(damage.place()).isEqualTo(first.toString());
                  assertThat(damage.reason()).contains("set aside");
                });
        assertThat(first).exists();
      }
    }
  }

  private BlockStore open() {
    return BlockStore.open(
        directory, StoreOptions.DEFAULT.withClock(() -> NOW), new PrometheusRegistry());
  }

  private static void append(BlockStore store, long time) {
    var batch = SampleBatch.of(new Origin.RemoteWrite());
    batch.series(Labels.of("__name__", "m"));
    batch.value(time, 1);
    assertThat(store.append(batch.build()).join().rejections()).isEmpty();
  }

  private static int count(BlockStore store) {
    var rows = new SampleBuffer();
    var matchers = List.of(Matcher.equal("__name__", "m"));
    try (var selection = store.select(new Selector(matchers, 0, Long.MAX_VALUE, false))) {
      for (int i = 0; i < selection.size(); i++) {
        selection.read(i, 0, Long.MAX_VALUE, rows);
      }
    }
    return rows.size();
  }

  @Test
  void verify_soundThenDamaged_tellsEachPlace() throws IOException {
    var inspection = new StoreInspection(directory);
    var sound = inspection.verify((place, done, total) -> assertThat(done).isLessThan(total));
    assertThat(sound.damages()).isEmpty();
    assertThat(sound.blocks()).hasSize(2).isEqualTo(inspection.list().blocks());
    var analysis = inspection.analyze(sound.blocks().get(0).id(), 10);
    assertThat(analysis.pages()).isEqualTo(1);
    assertThat(analysis.metrics())
        .singleElement()
        .satisfies(metric -> assertThat(metric.name()).isEqualTo("m"));
    assertThatThrownBy(() -> inspection.analyze("01ARZ3NDEKTSV4RRFFQ69G5FAV", 10))
        .hasMessageContaining("there is no block");
    Path pages = first.resolve("pages.arrow");
    byte[] bytes = Files.readAllBytes(pages);
    bytes[bytes.length / 2] ^= 1;
    Files.write(pages, bytes);
    Files.writeString(directory.resolve("wal").resolve("manifest"), "?");
    assertThat(inspection.verify((place, done, total) -> {}).damages())
        .extracting(damage -> damage.part())
        .containsExactlyInAnyOrder("block", "wal");
  }
}
