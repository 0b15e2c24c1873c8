package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore.Selector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clock of the machine is set wrong and right again, while a store is open or closed. */
class ClockJumpsTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long YEAR = 366L * 86_400_000;
  private static final int STEP = 15_000;

  @TempDir Path directory;

  private final AtomicLong clock = new AtomicLong(NOW);

  private BlockStore open() {
    return BlockStore.open(
        directory, StoreOptions.DEFAULT.withClock(clock::get), new PrometheusRegistry());
  }

  private void scrape(BlockStore store, int tick, int expected) {
    for (var name : new String[] {"a", "b"}) {
      var batch = SampleBatch.of(new Origin.Push("test"));
      batch.series(Labels.of("__name__", name));
      batch.value(clock.get(), tick);
      var result = store.append(batch.build()).join();
      assertThat(result.samples()).as("tick " + tick).isEqualTo(expected);
    }
  }

  private static int count(BlockStore store, String name) {
    var rows = new SampleBuffer();
    var matchers = List.of(Matcher.equal("__name__", name));
    try (var selection = store.select(new Selector(matchers, 0, Long.MAX_VALUE, false))) {
      for (int i = 0; i < selection.size(); i++) {
        selection.read(i, 0, Long.MAX_VALUE, rows);
      }
    }
    return rows.size();
  }

  @Test
  void clock_aheadForAWhile_costsNothingThatIsStoredNorWhatComes() {
    try (var store = open()) {
      for (int tick = 0; tick < 4; tick++, clock.addAndGet(STEP)) {
        scrape(store, tick, 1);
      }
      store.flush();
      clock.addAndGet(YEAR);
      scrape(store, 4, 1);
      scrape(store, 4, 1);
      store.flush(); // looks what is past its retention
      assertThat(count(store, "a")).isEqualTo(5);
      clock.addAndGet(-YEAR);
      for (int tick = 5; tick < 8; tick++, clock.addAndGet(STEP)) {
        scrape(store, tick, 1);
        store.flush();
      }
      assertThat(count(store, "a")).isEqualTo(8);
    }
    try (var store = open()) {
      scrape(store, 8, 1);
      store.flush();
      assertThat(count(store, "a")).isEqualTo(9);
      assertThat(count(store, "b")).isEqualTo(9);
    }
  }

  @Test
  void clock_setBackWhileTheStoreIsClosed_newestWriteStillWinsAndAllIsKept() {
    try (var store = open()) {
      for (int tick = 0; tick < 4; tick++, clock.addAndGet(STEP)) {
        scrape(store, tick, 1);
      }
      store.flush();
    }
    clock.addAndGet(-3_600_000);
    try (var store = open()) {
      var again = SampleBatch.of(new Origin.Import());
      again.series(Labels.of("__name__", "a"));
      again.value(NOW, 100);
      assertThat(store.append(again.build()).join().samples()).isEqualTo(1);
      store.flush();
      scrape(store, 4, 1);
      clock.addAndGet(3_600_000);
      scrape(store, 5, 1);
      var rows = new SampleBuffer();
      var matchers = List.of(Matcher.equal("__name__", "a"));
      try (var selection = store.select(new Selector(matchers, 0, Long.MAX_VALUE, false))) {
        selection.read(0, 0, Long.MAX_VALUE, rows);
      }
      assertThat(Arrays.copyOf(rows.values(), rows.size())).containsExactly(4, 100, 1, 2, 3, 5);
    }
  }
}
