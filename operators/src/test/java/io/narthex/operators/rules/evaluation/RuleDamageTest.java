package io.narthex.operators.rules.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.MemoryStore;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SeriesSelection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Rules over a store of which a part cannot be read. */
class RuleDamageTest {
  private static final long START = 1_700_000_000_000L;
  private static final long HOUR = 3_600_000;

  private final DamagedStore store = new DamagedStore();
  private final TestClock clock = new TestClock();
  private final Map<String, Double> newest = new TreeMap<>();
  private final List<AlertTransition> transitions = new ArrayList<>();
  private final RuleOutput output =
      new RuleOutput() {
        @Override
        public void samples(SampleBatch batch) {
          for (int i = 0; i < batch.seriesCount(); i++) {
            newest.put(
                (batch.labels(i).metricName() + " " + batch.labels(i).get("job")).strip(),
                batch.value(i));
          }
          store.append(batch);
        }

        @Override
        public void alerts(AlertBatch batch) {
          transitions.addAll(batch.transitions());
        }
      };

  private final RuleSet rules =
      RuleFixtures.rules(
          RuleFixtures.group(
              "g",
              10,
              0,
              RuleFixtures.record("day", "sum by (job) (count_over_time(g[1d]))"),
              RuleFixtures.record("now", "sum by (job) (g)"),
              RuleFixtures.record("other", "count(h)"),
              RuleFixtures.alert("High", "g > 5", 20)));

  /** A minute of a series, or all of a metric for a while, cannot be read. */
  private static final class DamagedStore extends MemoryStore {
    private long from = Long.MAX_VALUE;
    private long to = Long.MIN_VALUE;
    private boolean whole;

    void damage(long first, long last, boolean wholeMetric) {
      from = first;
      to = last;
      whole = wholeMetric;
    }

    private void look(String metric, long first, long last) {
      if (metric.equals("g") && first <= to && last >= from) {
        throw new FaultException(Fault.CORRUPT_BLOCK, "block 7 is damaged");
      }
    }

    @Override
    public SeriesSelection select(Selector selector) {
      if (whole && selector.matchers().contains(Matcher.equal(Labels.METRIC_NAME, "g"))) {
        look("g", selector.from(), selector.to());
      }
      var found = super.select(selector);
      return new SeriesSelection() {
        @Override
        public int size() {
          return found.size();
        }

        @Override
        public Labels labels(int series) {
          return found.labels(series);
        }

        @Override
        public void read(int series, long after, long last, SampleBuffer into) {
          found.read(series, after, last, into);
          if (found.labels(series).get("job").equals("a")) {
            look(found.labels(series).metricName(), after + 1, last);
          }
        }

        @Override
        public PageCursor pages(int series) {
          return found.pages(series);
        }

        @Override
        public void close() {
          found.close();
        }
      };
    }
  }

  @Test
  void newEvaluator_pageOfASeriesIsDamaged_onlyItsSamplesAreLeftOut() {
    fillStore();
    store.damage(START - 8 * HOUR, START - 8 * HOUR + 60_000, false);

    var evaluator = new RuleEvaluator(rules, store, clock, output);
    run(evaluator, 1, 10);

    assertThat(newest.get("day b")).isBetween(1440.0, 1442.0);
    assertThat(newest.get("day a")).isBetween(1390.0, 1439.0);
    assertThat(newest).containsEntry("now a", 1.0).containsEntry("other", 1.0);
    assertThat(evaluator.unreadable()).isPositive();
    var health = evaluator.report().get(0).rules();
    assertThat(health.get(0).lastError()).contains("without samples", "block 7 is damaged");
    assertThat(health.get(1).lastError()).isNull();
    assertThat(health.get(2).lastError()).isNull();
  }

  @Test
  void newEvaluator_nothingCanBeSelectedForAWhile_theRestIsThere() {
    fillStore();
    store.damage(START - 9 * HOUR, START - 8 * HOUR, true);

    var evaluator = new RuleEvaluator(rules, store, clock, output);
    run(evaluator, 1, 10);

    assertThat(newest.get("day a")).isBetween(1320.0, 1381.0);
    assertThat(newest.get("day b")).isEqualTo(newest.get("day a"));
  }

  @Test
  void replaceAndRefill_damageOnTheWay_rulesGoOn() {
    fillStore();
    var evaluator = new RuleEvaluator(rules, store, clock, output);
    run(evaluator, 1, 10);
    double before = newest.getOrDefault("day a", 0.0);
    store.damage(START - 8 * HOUR, START - 8 * HOUR + 60_000, false);

    evaluator.replace(rules);
    evaluator.refill();
    run(evaluator, 11, 20);

    assertThat(newest.get("day a")).as("what was in memory stays").isGreaterThanOrEqualTo(before);
  }

  @Test
  void advance_damageLeavesTheWindow_healthIsGoodAgain() {
    fillStore();
    store.damage(START - 24 * HOUR + 60_000, START - 24 * HOUR + 120_000, false);
    var evaluator = new RuleEvaluator(rules, store, clock, output);
    run(evaluator, 1, 10);
    assertThat(evaluator.report().get(0).rules().get(0).lastError()).isNotNull();

    run(evaluator, 3600, 3610);

    assertThat(evaluator.report().get(0).rules().get(0).lastError()).isNull();
    assertThat(evaluator.unreadable()).isZero();
  }

  /** Points of ticks that are evaluated again are neither ended nor made worse. */
  @Test
  void restore_newestSamplesAreDamaged_whatWasWrittenStays() {
    fillStore();
    var evaluator = new RuleEvaluator(rules, store, clock, output);
    run(evaluator, 1, 60);
    byte[] snapshot = evaluator.snapshot();
    run(evaluator, 61, 80);
    store.damage(START, START + 80_000, false);
    newest.clear();
    transitions.clear();
    clock.set(START + 90_000);

    evaluator =
        RuleEvaluator.restore(
            snapshot, rules, RuleOptions.DEFAULTS, RunStarts.NONE, store, clock, output);
    run(evaluator, 90, 100);

    assertThat(evaluator.corrected()).isZero();
    assertThat(newest).containsEntry("now b", 1.0);
  }

  /** A day of a sample each minute. */
  private void fillStore() {
    clock.set(START);
    for (long at = START - 24 * HOUR; at <= START; at += 60_000) {
      for (String series : List.of("g a", "g b", "h a")) {
        store.append(labels(series), at, 1);
      }
    }
  }

  private void run(RuleEvaluator evaluator, int first, int last) {
    for (int second = first; second <= last; second++) {
      long at = START + second * 1000L;
      clock.set(at);
      for (String series : List.of("g a", "g b", "h a")) {
        if (second % 10 == 0) {
          var labels = labels(series);
          store.append(labels, at, 1);
          evaluator.accept(
              SampleBatch.at(new Origin.RemoteWrite(), at).series(labels).value(1).build());
        }
      }
      evaluator.advance(at);
    }
  }

  private static Labels labels(String series) {
    return Labels.of(Labels.METRIC_NAME, series.substring(0, 1), "job", series.substring(2));
  }
}
