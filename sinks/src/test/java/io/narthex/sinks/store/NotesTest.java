package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Exemplar;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metadata and exemplars outlive the part of the log that brought them. */
class NotesTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final List<List<Matcher>> OF_M = List.of(List.of(Matcher.equal("__name__", "m")));

  @TempDir Path directory;

  @Test
  void open_afterFlushAndBeforeIt_hasMetadataAndExemplars() {
    try (var store = open()) {
      append(store, 0, "first help");
      store.flush();
      append(store, 1, "first help");
    }
    try (var store = open()) {
      expect(store, 2, "first help");
      append(store, 2, "second help");
      store.flush();
    }
    try (var store = open()) {
      expect(store, 3, "second help", "first help");
      append(store, 3, "second help");
    }
    try (var store = open()) {
      expect(store, 4, "second help", "first help");
      assertThat(store.inventory().damages()).isEmpty();
    }
  }

  @Test
  void open_notesDamaged_saysSoAndServesTheRest() throws IOException {
    try (var store = open()) {
      append(store, 0, "help");
      store.flush();
    }
    var notes = directory.resolve("wal").resolve("notes");
    byte[] whole = Files.readAllBytes(notes);
    for (int length : new int[] {whole.length - 1, whole.length - 13, 30, 20, 0, -1}) {
      if (length < 0) {
        Files.delete(notes);
      } else {
        Files.write(notes, java.util.Arrays.copyOf(whole, length));
      }
      try (var store = open()) {
        assertThat(store.inventory().damages())
            .as("%d bytes left", length)
            .isNotEmpty()
            .allSatisfy(damage -> assertThat(damage.place()).startsWith(notes.toString()));
      }
    }
  }

  @Test
  void metadata_moreFamiliesThanAreKept_dropsTheOldest() {
    try (var store = open()) {
      for (int piece = 0; piece < 60; piece++) {
        var batch = SampleBatch.of(new Origin.RemoteWrite());
        for (int i = 0; i < 1000; i++) {
          batch.metadata(
              new MetricMetadata("f" + (piece * 1000 + i), MetricType.GAUGE, "help", ""));
        }
        store.append(batch.build()).join();
      }
      assertThat(store.metadata()).hasSize(50_000).doesNotContainKey("f0").containsKey("f59999");
    }
    try (var store = open()) {
      assertThat(store.metadata()).hasSize(50_000).doesNotContainKey("f0").containsKey("f59999");
    }
  }

  private static void expect(BlockStore store, int exemplars, String... helps) {
    assertThat(store.metadata()).containsOnlyKeys("m");
    assertThat(store.metadata().get("m")).extracting(MetricMetadata::help).containsExactly(helps);
    var found = store.exemplars(OF_M, 0, Long.MAX_VALUE);
    assertThat(found).hasSize(1);
    assertThat(found.get(0).exemplars())
        .extracting(Exemplar::timestamp)
        .hasSizeGreaterThanOrEqualTo(exemplars)
        .isSorted()
        .doesNotHaveDuplicates();
  }

  private BlockStore open() {
    return BlockStore.open(
        directory, StoreOptions.DEFAULT.withClock(() -> NOW), new PrometheusRegistry());
  }

  private static void append(BlockStore store, int number, String help) {
    var batch = SampleBatch.of(new Origin.RemoteWrite());
    batch.series(Labels.of("__name__", "m"));
    batch.value(NOW - 60_000 + number * 1_000, number);
    batch.exemplar(Labels.of("trace", "t" + number), number, NOW - 60_000 + number * 1_000);
    batch.metadata(new MetricMetadata("m", MetricType.COUNTER, help, "seconds"));
    assertThat(store.append(batch.build()).join().rejections()).isEmpty();
  }
}
