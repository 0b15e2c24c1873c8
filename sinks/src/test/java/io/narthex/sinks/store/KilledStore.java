package io.narthex.sinks.store;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.Deletion;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * A process that works on a store until it is killed: appends, late appends, resends, deletions and
 * their undoing, flushes, merges, cleaning and snapshots. At its start it compares the store with
 * the record of the lives before.
 */
final class KilledStore {
  static final String READY = "ready";
  private static final int MOST_IN_FLIGHT = 8;
  private static final int LATEST = 20;

  private final BlockStore store;
  private final KilledStoreModel model;
  private final Path directory;
  private final OutputStream record;
  private final Random random;
  private final ArrayDeque<CompletableFuture<AppendResult>> inFlight = new ArrayDeque<>();
  private final ArrayDeque<String> acknowledgements = new ArrayDeque<>();
  private CompletableFuture<Void> flush = CompletableFuture.completedFuture(null);

  private KilledStore(
      Path directory, BlockStore store, KilledStoreModel model, OutputStream record, long seed) {
    this.directory = directory;
    this.store = store;
    this.model = model;
    this.record = record;
    this.random = new Random(seed);
  }

  /**
   * Works until killed.
   *
   * @param arguments folder, seed, and {@code verify} to end after looking
   */
  public static void main(String[] arguments) throws IOException {
    var directory = Path.of(arguments[0]);
    var file = directory.resolve("record");
    var model = KilledStoreModel.of(file);
    try (var record = new FileOutputStream(file.toFile(), true);
        var store = open(directory.resolve("store"), model)) {
      var life = new KilledStore(directory, store, model, record, Long.parseLong(arguments[1]));
      for (var line : model.check(store, "after the start")) {
        life.note(line);
      }
      for (var damage : store.inventory().damages()) {
        if (!isOfTheKill(damage.part(), damage.place())) {
          throw new AssertionError("after the start: " + damage);
        }
      }
      System.out.println(READY + " " + model.acknowledged);
      System.out.flush();
      while (arguments.length < 3) {
        life.work();
      }
    } catch (AssertionError | RuntimeException e) {
      e.printStackTrace();
      System.exit(3);
    }
    System.exit(0);
  }

  /**
   * The log's last frame may be torn, and tombstones may follow their list after the start only.
   */
  private static boolean isOfTheKill(String part, String place) {
    return part.equals("deletions") || (part.equals("wal") && place.contains(".wal at "));
  }

  private static BlockStore open(Path folder, KilledStoreModel model) {
    var options =
        StoreOptions.DEFAULT
            .withFlush(Duration.ofMillis(200), 64 << 10)
            .withRetention(Duration.ZERO, 0)
            .withUndoWindow(Duration.ofMinutes(30))
            .withClock(() -> KilledStoreModel.time(model.round + 1));
    return BlockStore.open(folder, options, new PrometheusRegistry());
  }

  private void note(String line) throws IOException {
    record.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    model.apply(line);
  }

  private void work() throws IOException {
    int kind = random.nextInt(200);
    if (kind < 140) {
      append("a", model.round);
    } else if (kind < 180) {
      int at = Math.max(0, model.round - 1 - random.nextInt(LATEST));
      append(random.nextInt(4) == 0 ? "a" : "l", at);
    } else if (kind < 190) {
      delete();
    } else if (kind < 198) {
      if (flush.isDone()) {
        flush.join();
        flush = CompletableFuture.runAsync(store::flush);
      }
    } else if (kind < 199) {
      settle();
      store.cleanTombstones();
    } else {
      snapshot();
    }
  }

  private void append(String kind, int round) throws IOException {
    var batch = SampleBatch.of(new Origin.RemoteWrite());
    boolean any = false;
    for (int s = 0; s < KilledStoreModel.SERIES; s++) {
      if (KilledStoreModel.isLate(s, round) == kind.equals("l")) {
        batch.series(KilledStoreModel.labels(s));
        batch.value(KilledStoreModel.time(round), KilledStoreModel.value(s, round));
        any = true;
      }
    }
    if (!any) {
      return;
    }
    note(kind + " " + round);
    inFlight.add(store.append(batch.build()));
    acknowledgements.add(kind.toUpperCase(java.util.Locale.ROOT) + " " + round);
    if (inFlight.size() >= 1 + random.nextInt(MOST_IN_FLIGHT)) {
      acknowledge();
    }
  }

  private void acknowledge() throws IOException {
    var result = inFlight.remove().join();
    var line = acknowledgements.remove();
    if (!result.rejections().isEmpty()) {
      throw new AssertionError(line + " was refused: " + result.rejections());
    }
    note(line);
  }

  private void settle() throws IOException {
    while (!inFlight.isEmpty()) {
      acknowledge();
    }
  }

  private void delete() throws IOException {
    settle();
    int metric = random.nextInt(KilledStoreModel.METRICS);
    int from = Math.max(0, model.round - random.nextInt(random.nextBoolean() ? 10 : 1_000));
    int to = from + random.nextInt(random.nextBoolean() ? 10 : 200);
    var words = metric + " " + from + " " + to;
    var present = model.present(metric, from, to);
    note("d " + words);
    var matchers = List.of(Matcher.equal("__name__", "k" + metric));
    int before = store.deletions().size();
    store.delete(matchers, KilledStoreModel.time(from), KilledStoreModel.time(to));
    note("D " + words);
    if (random.nextInt(3) == 0 && store.deletions().size() > before) {
      undo(words, present);
    }
  }

  /** Everything of the deletion is unknown then, and looked at at once. */
  private void undo(String words, Set<String> present) throws IOException {
    var all = store.deletions();
    var newest = all.get(all.size() - 1);
    boolean whole = false;
    note("u " + words);
    try {
      var undone = store.undoDeletion(newest.id());
      if (undone.state() != Deletion.State.UNDONE) {
        throw new AssertionError(undone.toString());
      }
      whole = undone.blocks() == undone.blocksLeft();
    } catch (FaultException e) {
      if (!e.getMessage().contains("is final")) {
        throw e;
      }
    }
    var looked = model.check(store, "after undoing " + newest);
    var back = new TreeSet<>(looked);
    back.removeIf(line -> line.endsWith(" 0"));
    if (whole ? !back.equals(present) : !present.containsAll(back)) {
      throw new AssertionError(newest + " undone shows " + back + " instead of " + present);
    }
    for (var line : looked) {
      note(line);
    }
  }

  private void snapshot() throws IOException {
    settle();
    var name = store.snapshot(false);
    var copy = directory.resolve("store").resolve("snapshots").resolve(name);
    try (var other = open(copy, model)) {
      if (!model.check(other, "in the snapshot").isEmpty()) {
        throw new AssertionError("something is unknown although nothing is under way");
      }
      if (!other.inventory().damages().isEmpty()) {
        throw new AssertionError("in the snapshot: " + other.inventory().damages());
      }
    }
  }
}
