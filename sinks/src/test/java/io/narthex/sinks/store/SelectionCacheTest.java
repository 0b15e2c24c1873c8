package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Matcher.Type;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.narthex.sinks.wal.WalSync;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SelectionCacheTest {
  private static final int SERIES = 2_000;

  /** After so many an object that nobody holds is gone. */
  private static final int COLLECTIONS = 50;

  private static final List<Matcher> ALL = List.of(Matcher.of("i", Type.REGEX, "[0-9].*"));

  @TempDir Path folder;

  private final long base = System.currentTimeMillis() / 1000 * 1000 - 60_000;
  private BlockStore store;

  @BeforeEach
  void open() {
    var options = StoreOptions.DEFAULT.withWalSync(WalSync.OFF);
    store = BlockStore.open(folder, options, new PrometheusRegistry());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void write(String name, int series, long time) {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), time);
    for (int i = 0; i < series; i++) {
      batch.series(Labels.of("__name__", name, "i", "" + i)).value(i);
    }
    store.append(batch.build()).join();
  }

  private List<String> found(List<Matcher> matchers) {
    var all = new ArrayList<String>();
    try (var selection = store.select(new Selector(matchers, base - 1, base + 60_000, false))) {
      for (int i = 0; i < selection.size(); i++) {
        var rows = new SampleBuffer();
        selection.read(i, base - 1, base + 60_000, rows);
        all.add(selection.labels(i) + "x" + rows.size());
      }
    }
    return all;
  }

  @Test
  void select_again_seesWhatWasWrittenDeletedAndUndone() {
    write("a", 3, base);
    store.flush();
    assertThat(found(ALL)).hasSize(3).isEqualTo(found(ALL));
    write("b", 2, base + 1_000);
    write("a", 1, base + 1_000);
    assertThat(found(ALL)).hasSize(5).first().asString().endsWith("x2");
    assertThat(found(ALL)).isEqualTo(found(ALL));
    store.flush();
    assertThat(found(ALL)).hasSize(5).first().asString().endsWith("x2");
    store.delete(List.of(Matcher.equal("__name__", "a")), base, base);
    assertThat(found(ALL)).hasSize(3).first().asString().endsWith("x1");
    store.undoDeletion(store.deletions().get(0).id());
    assertThat(found(ALL)).hasSize(5).first().asString().endsWith("x2");
  }

  @Test
  void select_again_looksForNothing() {
    write("a", SERIES, base);
    store.flush();
    var a = List.of(Matcher.equal("__name__", "a"));
    assertThat(looks(a)).as("the first time").isPositive();
    assertThat(looks(a)).as("again").isZero();
    write("b", 1, base);
    assertThat(looks(a)).as("after a write into the head").isZero();
    store.flush();
    assertThat(looks(a)).as("after a flush").isPositive();
    assertThat(looks(a)).as("again").isZero();
    store.delete(List.of(Matcher.equal("__name__", "b")), base, base);
    assertThat(looks(a)).as("after a deletion").isPositive();
  }

  /**
   * How often a selection looks whether it is still wanted: by equal values it does so only where
   * many series are merged, which is what the cache saves.
   */
  private int looks(List<Matcher> matchers) {
    var looks = new AtomicInteger();
    var selector = new Selector(matchers, base, base, false, looks::incrementAndGet);
    store.select(selector).close();
    return looks.get();
  }

  @Test
  void labelValues_fewAndManySeries_sameAnswers() {
    write("many", SERIES, base);
    write("few", 3, base);
    for (boolean flushed : new boolean[] {false, true}) {
      if (flushed) {
        store.flush();
      }
      var few = List.of(List.of(Matcher.equal("__name__", "few")));
      assertThat(store.labelValues("i", new Lookup(few, base, base, 0)))
          .containsExactly("0", "1", "2");
      assertThat(store.labelValues("none", new Lookup(few, base, base, 0))).isEmpty();
      assertThat(store.labelNames(new Lookup(few, base, base, 0))).containsExactly("__name__", "i");
      var many = List.of(List.of(Matcher.equal("__name__", "many")));
      assertThat(store.labelValues("i", new Lookup(many, base, base, 0))).hasSize(SERIES);
      assertThat(store.labelValues("__name__", new Lookup(List.of(ALL), base, base, 0)))
          .containsExactly("few", "many");
      assertThat(store.series(new Lookup(few, base, base, 2))).hasSize(2);
    }
  }

  @Test
  void select_whatIsKept_doesNotHoldWhoAsked() throws InterruptedException {
    write("a", 3, base);
    store.flush();
    write("b", 2, base + 1_000);
    var gone = new ReferenceQueue<byte[]>();
    var query = selectAndForget(gone);
    for (int i = 0; i < COLLECTIONS && gone.remove(20) == null; i++) {
      System.gc();
    }
    assertThat(query.refersTo(null)).isTrue();
    assertThat(found(ALL)).hasSize(5);
  }

  /** Selects with a checkpoint that holds what a query holds. */
  private WeakReference<byte[]> selectAndForget(ReferenceQueue<byte[]> gone) {
    byte[] query = new byte[1];
    var unwanted = new AtomicInteger();
    Runnable checkpoint = () -> unwanted.addAndGet(query[0]);
    store.select(new Selector(ALL, base - 1, base + 60_000, false, checkpoint)).close();
    return new WeakReference<>(query, gone);
  }

  @Test
  void select_stoppedWhileSearching_stopsAndLetsBlocksGo() {
    write("a", SERIES, base);
    store.flush();
    for (int stopAt : new int[] {1, SERIES / 2}) {
      var looks = new AtomicInteger();
      Runnable stop =
          () -> {
            if (looks.incrementAndGet() == stopAt) {
              throw new CancellationException("stopped");
            }
          };
      var unwanted = new Selector(ALL, base, base, false, stop);
      assertThatThrownBy(() -> store.select(unwanted)).hasMessage("stopped");
      assertThat(looks.get()).isEqualTo(stopAt);
    }
    assertThat(found(ALL)).hasSize(SERIES);
  }
}
