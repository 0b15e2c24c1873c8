package io.narthex.sinks.head;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.sinks.wal.WalListener;
import io.narthex.sinks.wal.WalOptions;
import io.narthex.sinks.wal.WalSync;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a crash, and damage to the log's files, cost. */
class HeadRecoveryTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final int SERIES = 12;

  @TempDir Path directory;

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void open_copyTakenWhileAppending_hasAllThatWasAcknowledged() throws Exception {
    var log = directory.resolve("wal");
    var acknowledged = new AtomicInteger();
    var copies = new TreeMap<Integer, Path>();
    try (var head = open(log, WalSync.ALWAYS)) {
      var writer =
          new Thread(
              () -> {
                for (int b = 0; b < 600; b++) {
                  head.append(batch(b)).join();
                  acknowledged.set(b + 1);
                  if (b % 150 == 149) {
                    head.freeze();
                  }
                }
              });
      writer.start();
      while (writer.isAlive()) {
        int before = acknowledged.get();
        var copy = directory.resolve("copy-" + before);
        if (copies.isEmpty() || before >= copies.lastKey() + 60) {
          copy(log, copy);
          copies.put(before, copy);
        }
      }
      writer.join();
    }
    assertThat(copies).hasSizeGreaterThan(1);
    for (var copy : copies.entrySet()) {
      assertThat(batchesIn(copy.getValue()))
          .as("copy after %d; rerun with -Dtest.seed=%d", copy.getKey(), seed)
          .containsAll(range(0, copy.getKey()));
    }
  }

  @Test
  void open_byteFlipped_costsOneBatchAtMost() throws IOException {
    var log = fill(80);
    for (int round = 0; round < 40; round++) {
      var copy = directory.resolve("flipped-" + round);
      copy(log, copy);
      var file = randomFile(copy);
      try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
        long at = random.nextLong(bytes.length());
        bytes.seek(at);
        int old = bytes.read();
        bytes.seek(at);
        bytes.write(old ^ (1 << random.nextInt(8)));
      }
      var missing = new TreeSet<>(range(0, 80));
      missing.removeAll(batchesIn(copy));
      assertThat(missing).as("round %d; rerun with -Dtest.seed=%d", round, seed).hasSizeLessThan(2);
    }
  }

  @Test
  void open_fileTruncated_costsTheEndOfThatFile() throws IOException {
    var log = fill(80);
    for (int round = 0; round < 40; round++) {
      var copy = directory.resolve("cut-" + round);
      copy(log, copy);
      var files = files(copy);
      var last = files.get(files.size() - 1);
      long size = Files.size(last);
      long kept = random.nextLong(size + 1);
      try (var bytes = new RandomAccessFile(last.toFile(), "rw")) {
        bytes.setLength(kept);
      }
      var found = batchesIn(copy);
      assertThat(found)
          .as("round %d; rerun with -Dtest.seed=%d", round, seed)
          .isEqualTo(new TreeSet<>(range(0, found.size())));
      assertThat(found).hasSizeGreaterThanOrEqualTo(40);
    }
  }

  @Test
  void open_afterDamage_goesOnAndKeepsBoth() throws IOException {
    var log = fill(10);
    var file = files(log).get(0);
    try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.setLength(bytes.length() - 3);
    }
    var before = batchesIn(log);
    try (var head = open(log, WalSync.OFF)) {
      head.append(batch(50)).join();
    }
    var after = new TreeSet<>(before);
    after.add(50);
    assertThat(batchesIn(log)).isEqualTo(after);
  }

  @Test
  void retire_frozenPart_dropsItsFilesOnly() throws IOException {
    var log = directory.resolve("wal");
    try (var head = open(log, WalSync.OFF)) {
      head.append(batch(0)).join();
      var frozen = head.freeze();
      head.append(batch(1)).join();
      assertThat(HeadTest.read(head).values().iterator().next()).hasSize(2);
      head.retire(frozen, () -> {});
      head.dropLog(frozen);
      assertThat(HeadTest.read(head).values().iterator().next()).hasSize(1);
    }
    assertThat(batchesIn(log)).containsExactly(1);
  }

  /** A log of so many batches in two scopes. */
  private Path fill(int batches) throws IOException {
    var log = directory.resolve("wal");
    try (var head = open(log, WalSync.OFF)) {
      for (int b = 0; b < batches; b++) {
        head.append(batch(b)).join();
        if (b == 39) {
          head.freeze();
        }
      }
    }
    return log;
  }

  /** Every batch has a sample of every series, at a time of its own. */
  private static SampleBatch batch(int number) {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), NOW - 600_000 + number * 1_000L);
    for (int s = 0; s < SERIES; s++) {
      batch.series(Labels.of("__name__", "m", "s", "" + s)).value(number * 0.37 + s);
    }
    return batch.build();
  }

  /** The batches that are there as a whole; no part of another may be. */
  private TreeSet<Integer> batchesIn(Path log) throws IOException {
    var counts = new TreeMap<Integer, Integer>();
    try (var head = open(log, WalSync.OFF)) {
      HeadTest.read(head)
          .forEach(
              (labels, rows) ->
                  rows.forEach(
                      (time, value) -> {
                        int number = (int) ((time - NOW + 600_000) / 1_000);
                        assertThat(value)
                            .isEqualTo(number * 0.37 + Integer.parseInt(labels.get("s")));
                        counts.merge(number, 1, Integer::sum);
                      }));
    }
    assertThat(counts.values())
        .as("rerun with -Dtest.seed=%d", seed)
        .allSatisfy(count -> assertThat(count).isEqualTo(SERIES));
    return new TreeSet<>(counts.keySet());
  }

  private Path randomFile(Path log) throws IOException {
    var files = files(log);
    return files.get(random.nextInt(files.size()));
  }

  private static List<Path> files(Path log) throws IOException {
    try (var files = Files.list(log)) {
      return files.sorted().toList();
    }
  }

  /** Files that are still written aside are none of the log. */
  private static void copy(Path log, Path to) throws IOException {
    Files.createDirectories(to);
    for (var file : files(log)) {
      if (file.getFileName().toString().endsWith(".tmp")) {
        continue;
      }
      try {
        Files.copy(file, to.resolve(file.getFileName()));
      } catch (NoSuchFileException e) {
        throw new IOException("a file vanished though nothing was retired: " + file, e);
      }
    }
  }

  private static List<Integer> range(int from, int to) {
    var numbers = new ArrayList<Integer>();
    for (int i = from; i < to; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private static Head open(Path log, WalSync sync) throws IOException {
    return Head.open(
        log, HeadOptions.DEFAULT, WalOptions.DEFAULT.withSync(sync), WalListener.NONE, () -> NOW);
  }
}
