package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.sinks.wal.WalSync;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two writers, a flusher and a reader at once. */
class ConcurrentReadsTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final int SERIES = 50;
  private static final int BATCHES = 400;

  @TempDir Path directory;

  @Test
  void select_whileAppendingAndFlushing_seesWholeBatchesAndNothingTwice() {
    var options = StoreOptions.DEFAULT.withWalSync(WalSync.OFF).withClock(() -> NOW);
    try (var store = BlockStore.open(directory, options, new PrometheusRegistry())) {
      var visible = List.of(new AtomicLong(), new AtomicLong());
      var writers = new ArrayList<CompletableFuture<Void>>();
      for (int w = 0; w < 2; w++) {
        int writer = w;
        writers.add(CompletableFuture.runAsync(() -> write(store, writer, visible.get(writer))));
      }
      var all = CompletableFuture.allOf(writers.toArray(new CompletableFuture<?>[0]));
      var flusher =
          CompletableFuture.runAsync(
              () -> {
                while (!all.isDone()) {
                  store.flush();
                }
              });
      while (!all.isDone()) {
        check(store, visible);
      }
      all.join();
      flusher.join();
      check(store, visible);
      assertThat(visible).allSatisfy(seen -> assertThat(seen).hasValue(BATCHES));
    }
  }

  @Test
  void open_copyTakenWhileAppendingAndFlushing_hasAllThatWasAcknowledged() throws IOException {
    var options = StoreOptions.DEFAULT.withWalSync(WalSync.INTERVAL).withClock(() -> NOW);
    var visible = new AtomicLong();
    var copies = new HashMap<Path, Long>();
    try (var store =
        BlockStore.open(directory.resolve("store"), options, new PrometheusRegistry())) {
      var writer =
          CompletableFuture.runAsync(
              () -> {
                write(store, 0, visible);
                store.flush();
              });
      var flusher =
          CompletableFuture.runAsync(
              () -> {
                while (!writer.isDone()) {
                  store.flush();
                }
              });
      while (!writer.isDone()) {
        var copy = directory.resolve("copy-" + copies.size());
        long acknowledged = visible.get();
        copy(directory.resolve("store"), copy);
        copies.put(copy, acknowledged);
      }
      flusher.join();
    }
    for (var copy : copies.entrySet()) {
      try (var store = BlockStore.open(copy.getKey(), options, new PrometheusRegistry())) {
        check(store, List.of(new AtomicLong(copy.getValue()), new AtomicLong()));
      }
    }
  }

  /**
   * Copies the log first: what a flush moves meanwhile is in the copy of the blocks then. If a
   * block vanishes while blocks are copied, its samples are in another one, so they are copied
   * again.
   */
  private static void copy(Path from, Path to) throws IOException {
    copyFolder(from.resolve("wal"), to.resolve("wal"));
    while (!copyFolder(from.resolve("blocks"), to.resolve("blocks"))) {
      Thread.onSpinWait();
    }
  }

  /** Copies what does not vanish meanwhile; false if something did. */
  private static boolean copyFolder(Path from, Path to) throws IOException {
    boolean complete = true;
    Files.createDirectories(to);
    List<Path> children;
    try (var listed = Files.list(from)) {
      children = listed.toList();
    } catch (NoSuchFileException e) {
      return false;
    }
    for (var child : children) {
      var target = to.resolve(child.getFileName());
      if (Files.isDirectory(child)) {
        complete &= copyFolder(child, target);
        continue;
      }
      try {
        Files.copy(child, target, StandardCopyOption.REPLACE_EXISTING);
      } catch (NoSuchFileException e) {
        complete = false;
      }
    }
    return complete;
  }

  /** A batch has a sample of each series of its writer; new series come with every tenth. */
  private static void write(BlockStore store, int writer, AtomicLong visible) {
    for (int b = 0; b < BATCHES; b++) {
      var batch = SampleBatch.at(new Origin.Push("test"), NOW + b);
      for (int s = 0; s < SERIES; s++) {
        batch.series(Labels.of("age", "" + b / 10, "s", "" + s, "writer", "" + writer)).value(b);
      }
      var appended = store.append(batch.build());
      if (writer == 0) {
        appended.join();
      }
      visible.set(b + 1);
    }
  }

  private static void check(BlockStore store, List<AtomicLong> visible) {
    for (int writer = 0; writer < 2; writer++) {
      long atLeast = visible.get(writer).get();
      var counts = new HashMap<Long, Integer>();
      var rows = new SampleBuffer();
      var matchers = List.of(Matcher.equal("writer", "" + writer));
      try (var selection =
          store.select(new Selector(matchers, Long.MIN_VALUE, Long.MAX_VALUE, false))) {
        for (int i = 0; i < selection.size(); i++) {
          rows.clear();
          selection.read(i, Long.MIN_VALUE, Long.MAX_VALUE, rows);
          for (int row = 0; row < rows.size(); row++) {
            counts.merge(rows.timestamps()[row], 1, Integer::sum);
            assertThat(rows.values()[row]).isEqualTo(rows.timestamps()[row] - NOW);
          }
        }
      }
      assertThat(counts).hasSizeGreaterThanOrEqualTo((int) atLeast);
      assertThat(counts.entrySet())
          .extracting(Map.Entry::getValue)
          .allSatisfy(count -> assertThat(count).isEqualTo(SERIES));
    }
  }
}
