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
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
