package io.narthex.operators.rules.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.testkit.InMemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RuleBackfillTest {
  private static final long START = 1_700_000_000_000L;
  private static final long SPLIT = START + 900_000;
  private static final long END = START + 1_800_000;

  private final InMemoryStore store = new InMemoryStore();

  /** What was written, by time and series. */
  private static final class Written implements RuleOutput {
    final TreeMap<String, Double> points = new TreeMap<>();
    int twice;

    @Override
    public void samples(SampleBatch batch) {
      for (int i = 0; i < batch.seriesCount(); i++) {
        if (points.put(batch.timestamp(i) + " " + batch.labels(i), batch.value(i)) != null) {
          twice++;
        }
      }
    }

    @Override
    public void alerts(AlertBatch batch) {}
  }

  @Test
  void run_historyThenStream_isOneRunWithoutGapOrOverlap() {
    for (long time = START - 600_000; time < END; time += 5_000) {
      for (String job : List.of("a", "b")) {
        store.append(Labels.of(Labels.METRIC_NAME, "c", "job", job), time, time / 100 % 77_000);
        store.append(Labels.of(Labels.METRIC_NAME, "g", "job", job), time, time / 5000 % 31);
      }
    }
    var rules =
        RuleFixtures.rules(
            RuleFixtures.group("low", 30, 0, RuleFixtures.record("low:rate", "rate(c[2m])")),
            RuleFixtures.group(
                "high",
                15,
                7,
                RuleFixtures.record("high:sum", "sum(low:rate) + count_over_time(g[90s])"),
                RuleFixtures.alert("Odd", "g > 15", 40)));
    var whole = new Written();
    new RuleBackfill(rules, store, whole).run(START, END, (at, written) -> {});

    var parts = new Written();
    var heard = new ArrayList<Long>();
    var backfill =
        new RuleBackfill(rules, store, parts).run(START, SPLIT, (at, written) -> heard.add(at));
    assertThat(heard).isSorted().endsWith(SPLIT);
    assertThat(backfill.errors()).isEmpty();
    var clock = new TestClock();
    clock.set(SPLIT);
    var until = new InMemoryStore();
    copy(store, until, SPLIT);
    parts.points.forEach((key, value) -> put(until, key, value));
    var live = RuleEvaluator.restore(backfill.state(), rules, until, clock, parts);
    for (long time = SPLIT; time < END; time += 5_000) {
      var batch = SampleBatch.at(new Origin.RemoteWrite(), time);
      for (String job : List.of("a", "b")) {
        batch
            .series(Labels.of(Labels.METRIC_NAME, "c", "job", job))
            .value(time / 100 % 77_000)
            .series(Labels.of(Labels.METRIC_NAME, "g", "job", job))
            .value(time / 5000 % 31);
      }
      live.accept(batch.build());
      clock.set(time);
      live.advance(time);
    }
    clock.set(END + 7_000); // ticks of the group with an offset wait for their own time
    live.advance(END - 1);

    assertThat(parts.twice).isZero();
    assertThat(parts.points.equals(whole.points)).isTrue();
    assertThat(whole.points.size()).isGreaterThan(400);
  }

  private static void copy(InMemoryStore from, InMemoryStore to, long before) {
    var buffer = new SampleBuffer();
    try (var all =
        from.select(new SampleStore.Selector(List.of(), Long.MIN_VALUE, Long.MAX_VALUE, false))) {
      for (int i = 0; i < all.size(); i++) {
        buffer.clear();
        all.read(i, Long.MIN_VALUE, before - 1, buffer);
        for (int row = 0; row < buffer.size(); row++) {
          to.append(all.labels(i), buffer.timestamps()[row], buffer.values()[row]);
        }
      }
    }
  }

  private static void put(InMemoryStore store, String key, double value) {
    // Only what rules read again matters: the one series without labels but its name.
    if (key.contains("low:rate")) {
      String job = key.contains("job=\"a\"") ? "a" : "b";
      store.append(
          Labels.of(Labels.METRIC_NAME, "low:rate", "job", job),
          Long.parseLong(key.substring(0, 13)),
          value);
    }
  }
}
