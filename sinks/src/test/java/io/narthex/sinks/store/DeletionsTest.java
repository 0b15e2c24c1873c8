package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.Deletion;
import io.narthex.pipeline.storage.Deletion.State;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletions are listed, can be undone, and survive crashes and the loss of single files. */
class DeletionsTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final List<Matcher> OF_M = List.of(Matcher.equal("__name__", "m"));
  private static final List<Matcher> ALL =
      List.of(Matcher.of("__name__", Matcher.Type.REGEX, ".+"));

  @TempDir Path directory;

  @Test
  void delete_inBlocksAndHead_isListedAndUndone() {
    try (var store = open()) {
      append(store, "m", "a", NOW - 60_000, 1);
      store.flush();
      append(store, "m", "a", NOW - 30_000, 2);
      append(store, "m", "b", NOW - 30_000, 3);
      append(store, "n", "a", NOW - 30_000, 4);
      var before = read(store);
      store.delete(OF_M, Long.MIN_VALUE, NOW - 30_000);
      assertThat(read(store)).containsOnlyKeys("{__name__=\"n\", s=\"a\"}");
      assertThat(store.deletions())
          .containsExactly(
              new Deletion(1, NOW, OF_M, Long.MIN_VALUE, NOW - 30_000, 2, 2, 2, State.ACTIVE));
      assertThat(store.undoDeletion(1).state()).isEqualTo(State.UNDONE);
      assertThat(read(store)).isEqualTo(before);
      assertThatThrownBy(() -> store.undoDeletion(1)).hasMessageContaining("undone already");
      assertThatThrownBy(() -> store.undoDeletion(2)).hasMessageContaining("no deletion 2");
    }
    try (var store = open()) {
      assertThat(read(store)).hasSize(3);
      assertThat(store.deletions().get(0).state()).isEqualTo(State.UNDONE);
      assertThat(store.inventory().damages()).isEmpty();
    }
  }

  @Test
  void undo_tombstonesThatCannotBeWritten_showsTheSamplesAndKeepsThem() throws IOException {
    try (var store = open(StoreOptions.DEFAULT.withUndoWindow(Duration.ZERO))) {
      append(store, "m", "a", NOW - 60_000, 1);
      append(store, "n", "a", NOW - 60_000, 1);
      store.delete(OF_M, Long.MIN_VALUE, Long.MAX_VALUE);
      var block = store.inventory().blocks().get(0).id();
      Path inTheWay = directory.resolve("blocks").resolve(block).resolve("tombstones.tmp");
      Files.createDirectory(inTheWay);
      assertThat(store.undoDeletion(1).state()).isEqualTo(State.UNDONE);
      assertThat(read(store)).hasSize(2);
      store.cleanTombstones();
      append(store, "n", "a", NOW - 50_000, 1);
      store.flush();
      assertThat(read(store)).as("after a merge").hasSize(2);
      Files.deleteIfExists(inTheWay);
    }
    try (var store = open()) {
      assertThat(read(store)).hasSize(2);
      assertThat(store.deletions().get(0).state()).isEqualTo(State.UNDONE);
    }
  }

  @Test
  void delete_tombstonesThatCannotBeWritten_failsAndNothingIsHiddenEver() throws IOException {
    Path inTheWay;
    try (var store = open()) {
      for (int i = 0; i < 2; i++) {
        append(store, "m", "a", NOW - 60_000 + i, i);
        store.delete(OF_M, 0, 1); // finds nothing; the head becomes a segment
      }
      var blocks = store.inventory().blocks();
      assertThat(blocks).hasSize(2);
      inTheWay = directory.resolve("blocks").resolve(blocks.get(1).id()).resolve("tombstones.tmp");
      Files.createDirectory(inTheWay);
      assertThatThrownBy(() -> store.delete(OF_M, Long.MIN_VALUE, Long.MAX_VALUE))
          .hasMessageContaining("tombstones");
      assertThat(values(store)).hasSize(2);
    }
    Files.deleteIfExists(inTheWay);
    // What a thousand later deletions would do: the journal forgets what was withdrawn.
    new DeletionJournal(2, List.of()).write(directory);
    try (var store = open()) {
      assertThat(values(store)).hasSize(2);
    }
  }

  @Test
  void delete_overlappingDeletions_areUndoneOneByOne() {
    try (var store = open()) {
      for (int i = 0; i < 10; i++) {
        append(store, "m", "a", NOW - 10_000 + i * 1_000, i);
      }
      store.delete(OF_M, NOW - 9_000, NOW - 5_000);
      store.delete(OF_M, NOW - 6_000, NOW - 3_000);
      assertThat(values(store)).containsExactly(0.0, 8.0, 9.0);
    }
    try (var store = open()) {
      assertThat(values(store)).containsExactly(0.0, 8.0, 9.0);
      store.undoDeletion(1);
      assertThat(values(store)).containsExactly(0.0, 1.0, 2.0, 3.0, 8.0, 9.0);
    }
    try (var store = open()) {
      store.undoDeletion(2);
      assertThat(values(store)).hasSize(10);
    }
  }

  @Test
  void cleanTombstones_deletion_isFinal() {
    try (var store = open()) {
      append(store, "m", "a", NOW - 60_000, 1);
      append(store, "n", "a", NOW - 60_000, 1);
      store.delete(OF_M, Long.MIN_VALUE, Long.MAX_VALUE);
      store.cleanTombstones();
      assertThat(store.deletions().get(0).state()).isEqualTo(State.FINAL);
      assertThatThrownBy(() -> store.undoDeletion(1)).hasMessageContaining("is final");
      assertThat(read(store)).containsOnlyKeys("{__name__=\"n\", s=\"a\"}");
    }
  }

  @Test
  void compaction_youngDeletion_isLeftAloneUntilItsWindowIsOver() {
    for (var window : List.of(Duration.ofHours(1), Duration.ZERO)) {
      try (var store = open(StoreOptions.DEFAULT.withUndoWindow(window))) {
        append(store, "m", "a", NOW - 20 * 3_600_000L, 1);
        store.flush();
        append(store, "n", "a", NOW - 20 * 3_600_000L, 1);
        append(store, "n", "a", NOW, 1);
        if (store.deletions().isEmpty()) {
          store.delete(OF_M, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        store.flush();
        var expected = window.isZero() ? State.FINAL : State.ACTIVE;
        assertThat(store.deletions().get(0).state()).isEqualTo(expected);
      }
    }
  }

  @Test
  void labels_allSamplesDeleted_vanish() {
    try (var store = open()) {
      append(store, "m", "only", NOW - 60_000, 1);
      append(store, "n", "a", NOW - 60_000, 1);
      store.delete(OF_M, NOW - 60_000, NOW - 60_000);
      append(store, "n", "a", NOW, 2);
      long all = Long.MAX_VALUE;
      assertThat(store.labelValues("__name__", new Lookup(List.of(), 0, all, 0)))
          .containsExactly("n");
      assertThat(store.labelValues("s", new Lookup(List.of(), 0, all, 0))).containsExactly("a");
      assertThat(store.labelValues("s", new Lookup(List.of(OF_M), 0, all, 0))).isEmpty();
      assertThat(store.labelNames(new Lookup(List.of(OF_M), 0, all, 0))).isEmpty();
      assertThat(store.series(new Lookup(List.of(ALL), 0, all, 0))).hasSize(1);
      append(store, "m", "only", NOW, 2);
      assertThat(store.labelValues("s", new Lookup(List.of(), 0, all, 0)))
          .containsExactly("a", "only");
    }
  }

  @Test
  void append_sampleSentAgainAfterDeletion_isStored() {
    try (var store = open()) {
      append(store, "m", "a", NOW - 3_600_000, 1);
      append(store, "m", "a", NOW, 2);
      append(store, "n", "a", NOW, 2);
      store.delete(OF_M, Long.MIN_VALUE, Long.MAX_VALUE);
      append(store, "m", "a", NOW - 3_600_000, 1);
      append(store, "m", "a", NOW, 2);
      assertThat(read(store).get("{__name__=\"m\", s=\"a\"}")).hasSize(2);
      store.flush();
      store.cleanTombstones();
      assertThat(read(store).get("{__name__=\"m\", s=\"a\"}")).hasSize(2);
    }
    try (var store = open()) {
      assertThat(read(store)).hasSize(2);
    }
  }

  @Test
  void open_tombstonesLost_areMadeAgainFromTheJournal() throws IOException {
    for (var harm : List.of("remove", "flip")) {
      try (var store = open()) {
        append(store, "m", "a", NOW, 1);
        append(store, "n", "a", NOW, 1);
        store.delete(OF_M, Long.MIN_VALUE, Long.MAX_VALUE);
      }
      var file = tombstones();
      if (harm.equals("remove")) {
        Files.delete(file);
      } else {
        byte[] bytes = Files.readAllBytes(file);
        bytes[20] ^= 4;
        Files.write(file, bytes);
      }
      try (var store = open()) {
        assertThat(read(store)).containsOnlyKeys("{__name__=\"n\", s=\"a\"}");
        assertThat(store.inventory().damages()).singleElement();
        assertThat(file).exists();
        store.undoDeletion(store.deletions().get(store.deletions().size() - 1).id());
        store.delete(ALL, Long.MIN_VALUE, Long.MAX_VALUE);
        store.cleanTombstones();
      }
    }
  }

  @Test
  void open_journalDamaged_keepsSamplesHiddenAndCanUndo() throws IOException {
    try (var store = open()) {
      append(store, "m", "a", NOW, 1);
      append(store, "n", "a", NOW, 1);
      store.delete(OF_M, Long.MIN_VALUE, Long.MAX_VALUE);
    }
    var journal = directory.resolve(DeletionJournal.NAME);
    var lines = Files.readAllLines(journal);
    Files.writeString(journal, lines.get(0) + "\n" + lines.get(1).replace("\"m\"", "\"n\"") + "\n");
    try (var store = open()) {
      assertThat(read(store)).containsOnlyKeys("{__name__=\"n\", s=\"a\"}");
      assertThat(store.inventory().damages())
          .singleElement()
          .satisfies(damage -> assertThat(damage.place()).isEqualTo(journal.toString()));
      var known = store.deletions().get(0);
      assertThat(known.matchers()).isEmpty();
      assertThat(known.state()).isEqualTo(State.ACTIVE);
    }
    try (var store = open()) {
      assertThat(store.inventory().damages()).isEmpty();
      store.undoDeletion(1);
      assertThat(read(store)).hasSize(2);
    }
  }

  @Test
  void snapshot_withDeletion_hidesTheSame() {
    String name;
    try (var store = open()) {
      append(store, "m", "a", NOW, 1);
      append(store, "n", "a", NOW, 1);
      store.delete(OF_M, Long.MIN_VALUE, Long.MAX_VALUE);
      name = store.snapshot(false);
      store.undoDeletion(1);
      assertThat(read(store)).hasSize(2);
    }
    var copy = directory.resolve("snapshots").resolve(name);
    try (var store =
        BlockStore.open(
            copy, StoreOptions.DEFAULT.withClock(() -> NOW), new PrometheusRegistry())) {
      assertThat(read(store)).containsOnlyKeys("{__name__=\"n\", s=\"a\"}");
      assertThat(store.deletions()).hasSize(1);
      store.undoDeletion(1);
      assertThat(read(store)).hasSize(2);
    }
  }

  private Path tombstones() throws IOException {
    try (var files = Files.walk(directory)) {
      return files.filter(file -> file.endsWith(DeletionFile.NAME)).findFirst().orElseThrow();
    }
  }

  private BlockStore open() {
    return open(StoreOptions.DEFAULT);
  }

  private BlockStore open(StoreOptions options) {
    return BlockStore.open(directory, options.withClock(() -> NOW), new PrometheusRegistry());
  }

  private static void append(BlockStore store, String name, String s, long time, double value) {
    var batch = SampleBatch.of(new Origin.RemoteWrite());
    batch.series(Labels.of("__name__", name, "s", s));
    batch.value(time, value);
    assertThat(store.append(batch.build()).join().rejections()).isEmpty();
  }

  private static List<Double> values(BlockStore store) {
    var all = new ArrayList<Double>();
    read(store).values().forEach(rows -> all.addAll(rows.values()));
    return all;
  }

  private static Map<String, TreeMap<Long, Double>> read(BlockStore store) {
    var all = new TreeMap<String, TreeMap<Long, Double>>();
    try (var selection = store.select(new Selector(ALL, Long.MIN_VALUE, Long.MAX_VALUE, true))) {
      for (int i = 0; i < selection.size(); i++) {
        var rows = new SampleBuffer();
        selection.read(i, Long.MIN_VALUE, Long.MAX_VALUE, rows);
        var byTime = new TreeMap<Long, Double>();
        for (int row = 0; row < rows.size(); row++) {
          byTime.put(rows.timestamps()[row], rows.values()[row]);
        }
        if (!byTime.isEmpty()) {
          all.put(selection.labels(i).toString(), byTime);
        }
      }
    }
    return all;
  }
}
