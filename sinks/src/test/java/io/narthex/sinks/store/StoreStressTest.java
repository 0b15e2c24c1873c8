package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.sinks.wal.WalSync;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several senders, each of whose rounds come slightly out of order and sometimes twice, while the
 * head is flushed on demand and in the background, blocks are merged, queries run, and the store is
 * closed and opened again. Whatever was acknowledged must be read back, and nothing else.
 */
class StoreStressTest {
  private static final long STEP = 15_000;
  private static final int ROUNDS = 2400; // ten hours
  private static final long START = 1_700_000_000_000L / STEP * STEP;
  private static final int HOSTS = 6;
  private static final int SERIES = 12;
  private static final int SHUFFLED = 8;

  @TempDir Path directory;

  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final List<Host> hosts = new ArrayList<>();

  /** A sender. What of it was acknowledged is guarded by itself. */
  private static final class Host {
    final int number;
    final Random random;
    final List<Integer> order;
    final BitSet acknowledged = new BitSet(ROUNDS);
    int sent;

    Host(int number, long seed) {
      this.number = number;
      this.random = new Random(seed + number);
      this.order = almostInOrder(random);
    }

    synchronized BitSet acknowledged() {
      return (BitSet) acknowledged.clone();
    }

    synchronized void acknowledge(List<Integer> rounds) {
      rounds.forEach(acknowledged::set);
    }
  }

  @Test
  void append_whileFlushingMergingAndReading_losesNothingAcknowledged() {
    for (int h = 0; h < HOSTS; h++) {
      hosts.add(new Host(h, seed));
    }
    var pieces = new Random(seed);
    for (int until = 0; until < ROUNDS; ) {
      until = Math.min(ROUNDS, until + 200 + pieces.nextInt(900));
      run(until, pieces.nextBoolean());
    }
    try (var store = open()) {
      check(store);
      store.flush();
      check(store);
    }
    try (var store = open()) {
      check(store);
    }
    for (var host : hosts) {
      assertThat(host.acknowledged.cardinality()).isEqualTo(ROUNDS);
    }
  }

  /** One life of the store: everybody sends up to a round. */
  private void run(int until, boolean flushAtEnd) {
    var threads = Executors.newFixedThreadPool(HOSTS + 1);
    try (var store = open()) {
      var senders = new ArrayList<CompletableFuture<Void>>();
      for (var host : hosts) {
        senders.add(CompletableFuture.runAsync(() -> send(store, host, until), threads));
      }
      var all = CompletableFuture.allOf(senders.toArray(new CompletableFuture<?>[0]));
      var flusher =
          CompletableFuture.runAsync(
              () -> {
                while (!all.isDone()) {
                  store.flush();
                }
              },
              threads);
      while (!all.isDone()) {
        check(store);
      }
      all.join();
      flusher.join();
      if (flushAtEnd) {
        store.flush();
      }
    } finally {
      threads.shutdown();
    }
  }

  private BlockStore open() {
    var options =
        StoreOptions.DEFAULT
            .withWalSync(WalSync.ALWAYS)
            .withOutOfOrderWindow(Duration.ofDays(1))
            .withFlush(Duration.ofMillis(1), 1)
            .withClock(() -> START + ROUNDS * STEP);
    return BlockStore.open(directory, options, new PrometheusRegistry());
  }

  private void send(BlockStore store, Host host, int until) {
    var waiting = new ArrayList<CompletableFuture<AppendResult>>();
    var rounds = new ArrayList<List<Integer>>();
    while (host.sent < until) {
      var some =
          host.order.subList(host.sent, Math.min(until, host.sent + 1 + host.random.nextInt(3)));
      host.sent += some.size();
      for (int times = host.random.nextInt(20) == 0 ? 2 : 1; times > 0; times--) {
        waiting.add(store.append(batch(host.number, some)));
        rounds.add(some);
      }
      if (waiting.size() >= 4 || host.sent == until) {
        for (int i = 0; i < waiting.size(); i++) {
          assertThat(waiting.get(i).join().rejections()).isEmpty();
          host.acknowledge(rounds.get(i));
        }
        waiting.clear();
        rounds.clear();
      }
    }
  }

  /** All rounds, each at most a little away from its place. */
  private static List<Integer> almostInOrder(Random random) {
    var order = new ArrayList<Integer>();
    for (int round = 0; round < ROUNDS; round++) {
      order.add(round);
    }
    for (int at = 0; at + SHUFFLED <= ROUNDS; at += 1 + random.nextInt(4 * SHUFFLED)) {
      Collections.shuffle(order.subList(at, Math.min(ROUNDS, at + SHUFFLED)), random);
    }
    return order;
  }

  /** Series-major, as senders group them; a few series live only some hours. */
  private static SampleBatch batch(int host, List<Integer> rounds) {
    var batch = SampleBatch.of(new Origin.RemoteWrite());
    for (int s = 0; s < SERIES; s++) {
      int series = s;
      var labels = labels(host, series);
      boolean begun = false;
      for (int round : rounds) {
        if (lives(series, round)) {
          if (!begun) {
            batch.series(labels);
            begun = true;
          }
          batch.value(time(host, round), value(host, series, round));
        }
      }
    }
    return batch.build();
  }

  private static boolean lives(int series, int round) {
    return series % 4 != 3 || (round / 100) % 5 == series / 4;
  }

  private static Labels labels(int host, int series) {
    return Labels.of("__name__", "m" + series % 5, "host", "h" + host, "s", "" + series);
  }

  private static long time(int host, int round) {
    return START + round * STEP + 7 * host;
  }

  private static double value(int host, int series, int round) {
    return series % 3 == 0 ? round * 0.1 + host : (double) round * (series + 1) + host;
  }

  private void check(BlockStore store) {
    for (var host : hosts) {
      var before = host.acknowledged();
      var matchers = List.of(Matcher.equal("host", "h" + host.number));
      var rows = new SampleBuffer();
      int[] found = new int[SERIES];
      try (var selection = store.select(new Selector(matchers, START, Long.MAX_VALUE, false))) {
        for (int i = 0; i < selection.size(); i++) {
          rows.clear();
          selection.read(i, START - 1, Long.MAX_VALUE, rows);
          int series = Integer.parseInt(selection.labels(i).get("s"));
          found[series]++;
          checkRows(host.number, series, before, rows);
        }
      }
      for (int series = 0; series < SERIES; series++) {
        int s = series;
        boolean expected = before.stream().anyMatch(round -> lives(s, round));
        assertThat(found[series]).isLessThanOrEqualTo(1);
        assertThat(found[series] == 1 || !expected)
            .as("host %d series %d is there; -Dtest.seed=%d", host.number, series, seed)
            .isTrue();
      }
    }
  }

  private void checkRows(int host, int series, BitSet acknowledged, SampleBuffer rows) {
    var seen = new BitSet(ROUNDS);
    for (int row = 0; row < rows.size(); row++) {
      long sinceStart = rows.timestamps()[row] - START - 7 * host;
      int round = (int) (sinceStart / STEP);
      if (sinceStart % STEP != 0
          || seen.get(round)
          || !lives(series, round)
          || rows.values()[row] != value(host, series, round)) {
        throw new AssertionError(
            "host " + host + " series " + series + " round " + round + "; -Dtest.seed=" + seed);
      }
      seen.set(round);
    }
    var missing = (BitSet) acknowledged.clone();
    missing.andNot(seen);
    for (int round = missing.nextSetBit(0); round >= 0; round = missing.nextSetBit(round + 1)) {
      if (lives(series, round)) {
        throw new AssertionError(
            "host "
                + host
                + " series "
                + series
                + " lost round "
                + round
                + " of "
                + missing
                + "; -Dtest.seed="
                + seed);
      }
    }
  }
}
