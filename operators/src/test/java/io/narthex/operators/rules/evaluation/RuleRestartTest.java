package io.narthex.operators.rules.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.RulePlaces;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.testkit.InMemoryStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of alerts over outages, with a state and without one. */
class RuleRestartTest {
  private static final long START = 1_700_000_000_000L;
  private static final int INTERVAL = 15;
  private static final int KILL = 407;
  private static final int SNAPSHOT = KILL - 9;

  private final InMemoryStore store = new InMemoryStore();
  private final TestClock clock = new TestClock();
  private final List<AlertTransition> transitions = new ArrayList<>();
  private final List<AlertNotification> notifications = new ArrayList<>();
  private final RuleOutput output =
      new RuleOutput() {
        @Override
        public void samples(SampleBatch batch) {
          store.append(batch);
        }

        @Override
        public void alerts(AlertBatch batch) {
          transitions.addAll(batch.transitions());
          notifications.addAll(batch.notifications());
        }
      };

  private final RuleSet rules =
      RuleFixtures.rules(
          RuleFixtures.group(
              "g",
              5,
              0,
              RuleFixtures.alert("High", "g > 5", 60),
              RuleFixtures.alert("Rate", "rate(c[1m]) > 0.5", 30),
              RuleFixtures.alert("Partial", "sum(g) < 10", 0),
              RuleFixtures.alert("Absent", "absent(g{instance=\"b\"})", 0)),
          RuleFixtures.group("recorded", 5, 0, RuleFixtures.record("total", "sum(rate(c[1m]))")),
          RuleFixtures.group(
              "chained",
              5,
              0,
              RuleFixtures.alert("Total", "total > 1.5", 0),
              RuleFixtures.alert("LowTotal", "total < 1.5 or absent(total)", 0)));

  private boolean bIsThere = true;
  private double value = 6;

  @ParameterizedTest
  @ValueSource(ints = {1, 20, 45, 90, 290, 600, 4000})
  void restore_afterAnOutage_alertsStayAsTheyAre(int outage) {
    var evaluator = begun();
    run(evaluator, 1, SNAPSHOT);
    byte[] snapshot = evaluator.snapshot();
    run(evaluator, SNAPSHOT + 1, KILL);
    assertThat(firing()).containsExactlyInAnyOrder("High", "High", "Rate", "Rate", "Total");
    transitions.clear();
    notifications.clear();

    int begin = KILL + outage;
    evaluator =
        RuleEvaluator.restore(
            snapshot, rules, RuleOptions.DEFAULTS, RunStarts.NONE, store, clock(begin), output);
    run(evaluator, begin + 1, begin + 300);

    assertThat(transitions)
        .as("none ends, and none fires")
        .allSatisfy(each -> assertThat(each.labels().get("alertname")).isEqualTo("LowTotal"))
        .allSatisfy(
            each -> assertThat(List.of(each.from(), each.to())).doesNotContain(AlertState.FIRING));
    assertThat(notifications)
        .as("told again, and nothing else")
        .isNotEmpty()
        .allSatisfy(told -> assertThat(told.resolvedAt()).isZero());

    transitions.clear();
    value = 4;
    run(evaluator, begin + 301, begin + 330);
    assertThat(transitions)
        .filteredOn(each -> each.to() == AlertState.INACTIVE)
        .extracting(each -> each.labels().get("alertname"))
        .containsExactlyInAnyOrder("High", "High");
  }

  /** Runs that were killed before their first checkpoint leave nothing but what they wrote. */
  @Test
  void restore_stateOfBeforeSeveralStarts_changesAreFoundAtTheSameTicks() {
    var restarted = new ArrayList<Long>();
    RunStarts starts =
        startedAt -> {
          var former = List.copyOf(restarted);
          restarted.add(startedAt);
          return former;
        };
    var average =
        RuleFixtures.rules(
            RuleFixtures.group(
                "g",
                5,
                0,
                RuleFixtures.alert("Average", "avg_over_time(g[1m]) > 5", 10),
                RuleFixtures.alert("Sum", "sum(g) > 10", 0)));
    begun();
    var evaluator =
        new RuleEvaluator(average, RuleOptions.DEFAULTS, starts, store, clock(0), output);
    run(evaluator, 1, SNAPSHOT);
    byte[] snapshot = evaluator.snapshot();
    transitions.clear();
    run(evaluator, SNAPSHOT + 1, KILL);
    int begin = KILL;
    for (int outage : new int[] {40, 20, 55}) {
      begin += outage;
      evaluator =
          RuleEvaluator.restore(
              snapshot, average, RuleOptions.DEFAULTS, starts, store, clock(begin), output);
      for (double each : new double[] {1, 9, 1, 9}) {
        value = each;
        run(evaluator, begin + 1, begin + 35);
        begin += 35;
      }
    }
    var told = changes();
    transitions.clear();

    begin += 30;
    evaluator =
        RuleEvaluator.restore(
            snapshot, average, RuleOptions.DEFAULTS, starts, store, clock(begin), output);
    evaluator.advance(clock.millis());

    long killedAt = clock.millis() - 30_000;
    assertThat(told).hasSizeGreaterThan(20);
    assertThat(changes()).filteredOn(each -> each.tick < killedAt).containsExactlyElementsOf(told);
  }

  private record Change(long tick, Labels labels, AlertState from, AlertState to) {}

  /** What was told, each once, in order. */
  private List<Change> changes() {
    return transitions.stream()
        .map(each -> new Change(each.tick(), each.labels(), each.from(), each.to()))
        .distinct()
        .sorted(Comparator.comparingLong(Change::tick).thenComparing(Change::labels))
        .toList();
  }

  @Test
  void restore_targetIsGoneAfterTheOutage_isNotAwaitedForever() {
    var evaluator = begun();
    run(evaluator, 1, KILL);
    transitions.clear();

    int begin = KILL + 600;
    bIsThere = false;
    evaluator =
        RuleEvaluator.restore(
            evaluator.snapshot(),
            rules,
            RuleOptions.DEFAULTS,
            RunStarts.NONE,
            store,
            clock(begin),
            output);
    run(evaluator, begin + 1, begin + 200);

    assertThat(transitions)
        .filteredOn(each -> each.labels().get("alertname").equals("Absent"))
        .extracting(AlertTransition::to)
        .containsExactly(AlertState.PENDING, AlertState.FIRING);
    assertThat(transitions)
        .filteredOn(each -> each.labels().get("alertname").equals("Absent"))
        .allSatisfy(
            each ->
                assertThat(each.tick())
                    .isBetween(
                        START + (begin + INTERVAL) * 1000L,
                        START + (begin + 4 * INTERVAL) * 1000L));
  }

  @Test
  void restore_lateSampleAfterTheOutage_alertsStayAsTheyAre() {
    var evaluator = begun();
    run(evaluator, 1, KILL);
    transitions.clear();
    int begin = KILL + 200;
    evaluator =
        RuleEvaluator.restore(
            evaluator.snapshot(),
            rules,
            RuleOptions.DEFAULTS,
            RunStarts.NONE,
            store,
            clock(begin),
            output);
    run(evaluator, begin + 1, begin + 100);

    // Every tick from then on is evaluated once more, those of the outage among them.
    for (int second = KILL - 20; second < begin + 100; second += INTERVAL) {
      send(evaluator, "c", "c", second, second);
      send(evaluator, "g", "a", second, 6);
    }
    evaluator.advance(clock.millis());

    assertThat(evaluator.corrected()).isPositive();
    assertThat(firing()).containsExactly("Rate"); // of the series that came late
    assertThat(transitions)
        .allSatisfy(each -> assertThat(each.from()).isNotEqualTo(AlertState.FIRING));
  }

  @Test
  void newEvaluator_noStateAndFirstScrapeAfterSomeTicks_forGoesOn() {
    firstScrapeAfterSomeTicks(evaluator -> evaluator);
  }

  @Test
  void newEvaluator_checkpointOrReloadBeforeTheFirstTick_forGoesOn() {
    firstScrapeAfterSomeTicks(
        evaluator -> {
          evaluator.replace(waiting());
          return RuleEvaluator.restore(
              evaluator.snapshot(),
              waiting(),
              RuleOptions.DEFAULTS,
              RunStarts.NONE,
              store,
              clock,
              output);
        });
  }

  /** The ticks that the first run evaluated come again, and with them what it wrote. */
  @Test
  void restore_checkpointOfBeforeTheFirstTick_alertIsActiveSinceTheSameTick() {
    for (int offset : new int[] {0, 7}) {
      transitions.clear();
      int begin = 5_000 * offset;
      var rules =
          RuleFixtures.rules(
              RuleFixtures.group("g" + offset, 5, offset, RuleFixtures.alert("W", "g > 5", 3600)));
      store.append(batch("g", "a", begin, 6));
      var evaluator = new RuleEvaluator(rules, RuleOptions.DEFAULTS, store, clock(begin), output);
      byte[] early = evaluator.snapshot();
      run(evaluator, begin + 1, begin + 60);
      long since = transitions.get(0).activeAt();
      transitions.clear();

      evaluator =
          RuleEvaluator.restore(
              early, rules, RuleOptions.DEFAULTS, RunStarts.NONE, store, clock(begin + 70), output);
      run(evaluator, begin + 71, begin + 100);

      assertThat(transitions)
          .as("offset %d", offset)
          .isNotEmpty()
          .first()
          .satisfies(again -> assertThat(again.activeAt()).isEqualTo(since));
    }
  }

  private void firstScrapeAfterSomeTicks(UnaryOperator<RuleEvaluator> before) {
    var evaluator = new RuleEvaluator(waiting(), RuleOptions.DEFAULTS, store, clock(0), output);
    run(evaluator, 1, 700);
    long since = transitions.get(0).activeAt();
    transitions.clear();
    int begin = 700 + 600;

    evaluator =
        before.apply(
            new RuleEvaluator(waiting(), RuleOptions.DEFAULTS, store, clock(begin), output));
    for (int second = begin + 1; second < begin + 25; second++) {
      evaluator.advance(clock(second).millis());
    }
    run(evaluator, begin + 25, begin + 60);

    assertThat(transitions).hasSize(2);
    // The outage does not count.
    assertThat(transitions.get(0).activeAt()).isBetween(since + 600_000, since + 660_000);
  }

  @Test
  void advance_lateSampleCorrectsTheFirstTickWithoutAState_forGoesOn() {
    var evaluator = new RuleEvaluator(waiting(), RuleOptions.DEFAULTS, store, clock(0), output);
    run(evaluator, 1, 700);
    transitions.clear();
    evaluator = new RuleEvaluator(waiting(), RuleOptions.DEFAULTS, store, clock(800), output);
    run(evaluator, 801, 860);
    assertThat(transitions).hasSize(2);
    transitions.clear();

    send(evaluator, "g", "a", 795, 7);
    evaluator.advance(clock.millis());

    assertThat(evaluator.corrected()).isPositive();
    assertThat(transitions).isEmpty();
  }

  /** An evaluator that finds two minutes of samples in the store. */
  private RuleEvaluator begun() {
    for (int second = -120; second <= 0; second += INTERVAL) {
      store.append(batch("g", "a", second, value));
      store.append(batch("g", "b", second, value));
      store.append(batch("c", "a", second, 1000 + second));
      store.append(batch("c", "b", second, 1000 + second));
    }
    return new RuleEvaluator(rules, RuleOptions.DEFAULTS, store, clock(0), output);
  }

  @Test
  void restore_correctionOfAReplayedTick_leavesTheAlertOfTheSameNameAlone() {
    var twins =
        RuleFixtures.rules(
            RuleFixtures.group(
                "g",
                5,
                0,
                severity("g > 5", "warning"),
                severity("c > 0", "critical"),
                RuleFixtures.record("all", "count(ALERTS{alertstate=\"firing\"})")));
    var evaluator = new RuleEvaluator(twins, RuleOptions.DEFAULTS, store, clock(0), output);
    run(evaluator, 1, 60);
    byte[] snapshot = evaluator.snapshot();
    run(evaluator, 61, 100);
    evaluator =
        RuleEvaluator.restore(
            snapshot, twins, RuleOptions.DEFAULTS, RunStarts.NONE, store, clock(101), output);
    run(evaluator, 101, 110);

    send(evaluator, "g", "a", 80, 7);
    evaluator.advance(clock.millis());

    assertThat(evaluator.corrected()).isPositive();
    for (String severity : List.of("warning", "critical")) {
      var alerts =
          store.select(
              new SampleStore.Selector(
                  List.of(
                      Matcher.equal(Labels.METRIC_NAME, "ALERTS"),
                      Matcher.equal("alertstate", "firing"),
                      Matcher.equal("severity", severity)),
                  START + 30_000,
                  START + 110_000,
                  false));
      var points = new SampleBuffer();
      assertThat(alerts.size()).isEqualTo(2);
      for (int series = 0; series < alerts.size(); series++) {
        points.clear();
        alerts.read(series, START + 30_000, START + 110_000, points);
        for (int row = 0; row < points.size(); row++) {
          assertThat(points.values()[row]).as(severity).isOne();
        }
      }
    }
  }

  @Test
  void restore_otherGroupLooksBackByAnOffset_alertsOfThisOneAreSeen() {
    var both =
        RuleFixtures.rules(
            RuleFixtures.group("late", 5, 200, RuleFixtures.alert("Late", "c > 0", 0)),
            RuleFixtures.group("g", 5, 0, RuleFixtures.alert("High", "g > 5", 0)),
            RuleFixtures.group(
                "reads",
                5,
                0,
                RuleFixtures.record(
                    "highs", "sum(count_over_time(ALERTS{alertname=\"High\"}[1m]))")));
    var evaluator = new RuleEvaluator(both, RuleOptions.DEFAULTS, store, clock(0), output);
    run(evaluator, 1, 300);
    byte[] snapshot = evaluator.snapshot();

    evaluator =
        RuleEvaluator.restore(
            snapshot, both, RuleOptions.DEFAULTS, RunStarts.NONE, store, clock(301), output);
    run(evaluator, 301, 320);

    var found =
        store.select(
            new SampleStore.Selector(
                List.of(Matcher.equal(Labels.METRIC_NAME, "highs")),
                START + 100_000,
                START + 320_000,
                false));
    var points = new SampleBuffer();
    found.read(0, START + 100_000, START + 320_000, points);
    assertThat(points.size()).isGreaterThan(40);
    for (int row = 0; row < points.size(); row++) {
      assertThat(points.values()[row]).as("at %s", points.timestamps()[row] - START).isEqualTo(24);
    }
  }

  private static AlertingRule severity(String expression, String severity) {
    return new AlertingRule(
        "Twin",
        expression,
        Duration.ZERO,
        Duration.ZERO,
        Map.of("severity", severity),
        Map.of(),
        RulePlaces.NONE);
  }

  private static RuleSet waiting() {
    return RuleFixtures.rules(
        RuleFixtures.group("g", 5, 0, RuleFixtures.alert("Waiting", "g > 5", 3600)));
  }

  private List<String> firing() {
    return transitions.stream()
        .filter(each -> each.to() == AlertState.FIRING)
        .map(each -> each.labels().get("alertname"))
        .toList();
  }

  private TestClock clock(int second) {
    clock.set(START + second * 1000L);
    return clock;
  }

  /** Two targets, each scraped at its own time within the interval. */
  private void run(RuleEvaluator evaluator, int from, int to) {
    for (int second = from; second <= to; second++) {
      clock(second);
      scrape(evaluator, "a", second, 3);
      if (bIsThere) {
        scrape(evaluator, "b", second, 9);
      }
      evaluator.advance(clock.millis());
    }
  }

  private void scrape(RuleEvaluator evaluator, String instance, int second, int offset) {
    if (second % INTERVAL == offset) {
      send(evaluator, "g", instance, second, value);
      send(evaluator, "c", instance, second, 1000 + second);
    }
  }

  private void send(
      RuleEvaluator evaluator, String name, String instance, int second, double sample) {
    var batch = batch(name, instance, second, sample);
    store.append(batch);
    evaluator.accept(batch);
  }

  private static SampleBatch batch(String name, String instance, int second, double sample) {
    return SampleBatch.at(new Origin.RemoteWrite(), START + second * 1000L)
        .series(Labels.of(Labels.METRIC_NAME, name, "instance", instance))
        .value(sample)
        .build();
  }
}
