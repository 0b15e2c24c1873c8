package io.narthex.sinks.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.sinks.wal.WalSync;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LookupTest {
  private static final int SERIES = 6_000;
  private static final List<Matcher> ALL = List.of(Matcher.equal("__name__", "m"));
  private static final List<Matcher> MANY = List.of(Matcher.of("i", Matcher.Type.REGEX, "[1-5].*"));

  @TempDir Path folder;

  private final long now = System.currentTimeMillis() / 1000 * 1000 - 60_000;

  private Lookup lookup(List<List<Matcher>> matchers, IntConsumer growth) {
    return new Lookup(matchers, now, now, 0, growth);
  }

  /** What can be looked up, by its name, and how many entries that are. */
  private static final Map<String, BiFunction<BlockStore, Lookup, Integer>> QUESTIONS =
      Map.of(
          "series", (store, lookup) -> store.series(lookup).size(),
          "names", (store, lookup) -> store.labelNames(lookup).size(),
          "values", (store, lookup) -> store.labelValues("i", lookup).size());

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lookup_overManySeries_tellsItsGrowthAndCanBeStopped(boolean inBlocks) throws Exception {
    var options = StoreOptions.DEFAULT.withWalSync(WalSync.OFF);
    try (var store = BlockStore.open(folder, options, new PrometheusRegistry())) {
      var batch = SampleBatch.at(new Origin.RemoteWrite(), now);
      for (int i = 0; i < SERIES; i++) {
        batch.series(Labels.of("__name__", "m", "i", "" + i, "n" + i % 7, "x")).value(i);
      }
      store.append(batch.build()).join();
      if (inBlocks) {
        store.flush();
      }
      QUESTIONS.forEach(
          (name, question) -> {
            for (var matchers : List.of(List.of(ALL), List.of(MANY), List.of(MANY, ALL))) {
              check(store, name + " of " + matchers, question, matchers);
            }
          });
    }
  }

  private void check(
      BlockStore store,
      String name,
      BiFunction<BlockStore, Lookup, Integer> question,
      List<List<Matcher>> matchers) {
    var told = new ArrayList<Integer>();
    question.apply(store, lookup(matchers, n -> {})); // what is found of blocks is kept
    int entries = question.apply(store, lookup(matchers, told::add));
    assertThat(told).as(name).hasSizeGreaterThan(5);
    if (entries > 100) {
      assertThat(told).as("%s: no jumps", name).anyMatch(n -> n < 1000);
      assertThat(told).as(name).anyMatch(n -> n >= entries);
    }
    for (int last = 0; last < told.size(); last += 1 + told.size() / 8) {
      var looks = new int[] {last};
      IntConsumer stop =
          n -> {
            if (looks[0]-- == 0) {
              throw new CancellationException("nobody waits");
            }
          };
      assertThatThrownBy(() -> question.apply(store, lookup(matchers, stop)))
          .as("%s, stopped at look %d", name, last)
          .hasMessage("nobody waits");
      assertThat(looks[0]).as("no further look").isEqualTo(-1);
    }
  }
}
