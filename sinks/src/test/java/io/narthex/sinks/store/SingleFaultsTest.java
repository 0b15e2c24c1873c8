package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One random fault at a time in the files of a closed store: a bit flipped, a file cut short,
 * removed, or overwritten with zeros. The store opens; what it serves is right; what it does not
 * serve any more it tells. {@code -Dtest.faults=1000} tries more, {@code -Dtest.seed} repeats a
 * run.
 */
class SingleFaultsTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long STEP = 15_000;
  private static final int SERIES = 40;
  private static final List<Matcher> ALL =
      List.of(Matcher.of("__name__", Matcher.Type.REGEX, ".+"));
  private static final List<Matcher> DELETED = List.of(Matcher.equal("s", "7"));

  @TempDir Path directory;

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final int faults = Integer.getInteger("test.faults", 40);
  private final Random random = new Random(seed);

  @Test
  void open_oneRandomFault_servesOnlyWhatIsRightAndTellsWhatIsNot() throws IOException {
    var sound = directory.resolve("sound");
    write(sound);
    Map<String, Map<Long, Double>> expected;
    try (var store = open(sound)) {
      expected = read(store);
      assertThat(store.inventory().damages()).isEmpty();
      assertThat(expected).hasSize(SERIES - 1);
    }
    var kinds = new TreeMap<String, Integer>();
    for (int number = 0; number < faults; number++) {
      var damaged = directory.resolve("damaged");
      copy(sound, damaged);
      var fault = harm(damaged);
      kinds.merge(outcome(damaged, fault, expected), 1, Integer::sum);
      remove(damaged);
    }
    System.out.println("single faults: " + faults + " " + kinds + " -Dtest.seed=" + seed);
  }

  /** What became of a fault; an error if it was served wrongly, or silently lost something. */
  private String outcome(Path damaged, String fault, Map<String, Map<Long, Double>> expected) {
    var what = fault + "; -Dtest.seed=" + seed;
    for (int life = 0; ; life++) {
      try (var store = open(damaged)) {
        @Nullable Map<String, Map<Long, Double>> found = null;
        try {
          found = read(store);
          checkNames(store, found, what);
        } catch (FaultException e) {
          assertThat(e).as(what).hasMessageContaining(damaged.toString());
        }
        var damages = store.inventory().damages();
        if (found == null) {
          assertThat(damages).as(what).isNotEmpty();
        } else {
          checkServed(found, expected, what);
        }
        boolean complete = found != null && isComplete(found, expected);
        boolean notes = hasNotes(store);
        assertThat(life > 0 || !damages.isEmpty() || (complete && notes))
            .as("%s is told; complete: %s, notes: %s", what, complete, notes)
            .isTrue();
        append(store, "new", NOW, 1);
        if (life == 1) {
          store.flush();
          return damages.isEmpty()
              ? (complete ? "harmless or mended" : "told at the first start")
              : found == null ? "refused in part" : complete ? "told" : "told and left out";
        }
      } catch (java.io.UncheckedIOException e) {
        throw new AssertionError("the store does not open: " + what, e);
      }
    }
  }

  private static void checkServed(
      Map<String, Map<Long, Double>> found, Map<String, Map<Long, Double>> expected, String what) {
    found.forEach(
        (series, rows) -> {
          var right = expected.get(series);
          if (series.contains("\"new\"")) {
            return;
          }
          assertThat(right).as("%s: %s is shown", what, series).isNotNull();
          rows.forEach(
              (time, value) ->
                  assertThat(value)
                      .as("%s: %s at %d", what, series, time)
                      .isEqualTo(right.get(time)));
        });
  }

  private static boolean isComplete(
      Map<String, Map<Long, Double>> found, Map<String, Map<Long, Double>> expected) {
    var known = new TreeMap<>(found);
    known.keySet().removeIf(series -> series.contains("\"new\""));
    return expected.equals(known);
  }

  private static void checkNames(
      BlockStore store, Map<String, Map<Long, Double>> found, String what) {
    var values = store.labelValues("s", new Lookup(List.of(), 0, Long.MAX_VALUE, 0));
    assertThat(values).as(what).doesNotContain("7");
    for (var name : found.keySet()) {
      assertThat(values).as(what).anySatisfy(s -> assertThat(name).contains("\"" + s + "\""));
    }
  }

  private static boolean hasNotes(BlockStore store) {
    return store.metadata().containsKey("m")
        && store.exemplars(List.of(ALL), 0, Long.MAX_VALUE).size() == 2;
  }

  /** Three blocks, one of them merged; a deletion in two; samples, late ones too, in the log. */
  private static void write(Path folder) {
    try (var store = open(folder)) {
      fill(store, NOW - 70 * 3_600_000L, 60);
      store.flush();
      fill(store, NOW - 66 * 3_600_000L, 60);
      store.flush();
      fill(store, NOW - 1_000 * STEP, 200);
      store.flush();
      fill(store, NOW - 700 * STEP, 100);
      store.delete(DELETED, Long.MIN_VALUE, Long.MAX_VALUE);
      for (int i = 0; i < 40; i++) {
        var round = SampleBatch.of(new Origin.RemoteWrite());
        for (int s = 0; s < SERIES; s++) {
          if (s != 7) {
            round.series(Labels.of("__name__", "m", "s", "" + s));
            round.value(NOW - (60 - i) * STEP, i * 0.5 + s);
          }
        }
        store.append(round.build()).join();
      }
      append(store, "3", NOW - 100 * STEP, 4711);
      var notes = SampleBatch.of(new Origin.RemoteWrite());
      notes.series(Labels.of("__name__", "m", "s", "3"));
      notes.value(NOW - 10 * STEP, 1);
      notes.exemplar(Labels.of("trace", "b"), 1, NOW);
      store.append(notes.build()).join();
    }
  }

  private static void fill(BlockStore store, long from, int rounds) {
    var batch = SampleBatch.of(new Origin.Import());
    batch.metadata(new MetricMetadata("m", MetricType.COUNTER, "help", ""));
    for (int s = 0; s < SERIES; s++) {
      batch.series(Labels.of("__name__", "m", "s", "" + s));
      for (int i = 0; i < rounds; i++) {
        batch.value(from + i * STEP, s % 3 == 0 ? i * s : Math.sin(i + s));
      }
      if (s == 5) {
        batch.exemplar(Labels.of("trace", "a"), 1, from);
      }
    }
    assertThat(store.append(batch.build()).join().rejections()).isEmpty();
  }

  private static void append(BlockStore store, String s, long time, double value) {
    var batch = SampleBatch.of(new Origin.RemoteWrite());
    batch.series(Labels.of("__name__", "m", "s", s));
    batch.value(time, value);
    store.append(batch.build()).join();
  }

  /** Harms one file of a folder, any byte of all being as likely as any other, or any file. */
  private String harm(Path folder) throws IOException {
    List<Path> files;
    try (var all = Files.walk(folder)) {
      files =
          all.filter(Files::isRegularFile)
              .filter(file -> !file.endsWith(DirectoryLock.NAME))
              .sorted()
              .toList();
    }
    var file = files.get(random.nextInt(files.size()));
    byte[] bytes = Files.readAllBytes(file);
    var name = folder.relativize(file).toString();
    int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
    switch (bytes.length == 0 ? 2 : random.nextInt(5)) {
      case 0, 1 -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bytes);
        return name + ": a bit of byte " + at + " of " + bytes.length + " flipped";
      }
      case 2 -> {
        Files.delete(file);
        return name + " removed";
      }
      case 3 -> {
        Files.write(file, Arrays.copyOf(bytes, at));
        return name + " cut to " + at + " of " + bytes.length + " bytes";
      }
      default -> {
        int end = Math.min(bytes.length, at + 4096);
        Arrays.fill(bytes, at, end, (byte) 0);
        Files.write(file, bytes);
        return name + ": zeros from " + at + " to " + end + " of " + bytes.length;
      }
    }
  }

  private static BlockStore open(Path folder) {
    return BlockStore.open(
        folder, StoreOptions.DEFAULT.withClock(() -> NOW), new PrometheusRegistry());
  }

  private static Map<String, Map<Long, Double>> read(BlockStore store) {
    var all = new TreeMap<String, Map<Long, Double>>();
    Set<String> names = new HashSet<>();
    try (var selection = store.select(new Selector(ALL, 0, Long.MAX_VALUE, true))) {
      for (int i = 0; i < selection.size(); i++) {
        var rows = new SampleBuffer();
        selection.read(i, 0, Long.MAX_VALUE, rows);
        var byTime = new TreeMap<Long, Double>();
        for (int row = 0; row < rows.size(); row++) {
          byTime.put(rows.timestamps()[row], rows.values()[row]);
        }
        assertThat(byTime).hasSize(rows.size());
        assertThat(names.add(selection.labels(i).toString())).isTrue();
        all.put(selection.labels(i).toString(), byTime);
      }
    }
    return all;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var all = Files.walk(from)) {
      for (var file : all.sorted().toList()) {
        var target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }

  private static void remove(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException failure)
              throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
