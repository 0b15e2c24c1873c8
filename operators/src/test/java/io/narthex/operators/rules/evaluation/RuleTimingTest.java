package io.narthex.operators.rules.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.narthex.operators.rules.incremental.RuleForm;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.rules.plan.TickSchedule;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.InMemoryStore;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What happens when: samples that come late, evaluation on arrival, starts without a state. */
class RuleTimingTest {
  private static final long START = 1_700_000_000_000L;

  private final InMemoryStore store = new InMemoryStore();
  private final TestClock clock = new TestClock();
  private final TreeMap<Long, Double> sums = new TreeMap<>();
  private final List<AlertTransition> transitions = new ArrayList<>();
  private final List<AlertNotification> notifications = new ArrayList<>();
  private final RuleOutput output =
      new RuleOutput() {
        @Override
        public void samples(SampleBatch batch) {
          for (int i = 0; i < batch.seriesCount(); i++) {
            store.append(batch.labels(i), batch.timestamp(i), batch.value(i));
            if (batch.labels(i).metricName().equals("sum")) {
              sums.put(batch.timestamp(i), batch.value(i));
            }
          }
        }

        @Override
        public void alerts(AlertBatch batch) {
          transitions.addAll(batch.transitions());
          notifications.addAll(batch.notifications());
        }
      };

  @Test
  void advance_lateSample_correctsTheTicksItTouchesAndNoOthers() {
    var evaluator =
        evaluator(
            RuleOptions.DEFAULTS,
            RuleFixtures.rules(
                RuleFixtures.group(
                    "g", 10, 0, RuleFixtures.record("sum", "sum(sum_over_time(g[20s]))"))));
    for (int second = 0; second <= 120; second += 5) {
      step(evaluator, second, second == 60 ? -1 : 1);
    }
    var before = new TreeMap<>(sums);
    sums.clear();

    send(evaluator, 60, 1);
    evaluator.advance(clock.millis());

    assertThat(sums.keySet())
        .allSatisfy(at -> assertThat(at).isBetween(START + 60_000, START + 80_000));
    assertThat(sums).hasSize(2);
    sums.forEach((at, value) -> assertThat(value).isEqualTo(before.get(at) + 1).isEqualTo(4));
    assertThat(evaluator.corrected()).isEqualTo(2);
  }

  @Test
  void snapshot_betweenTwoCorrections_restHappensAfterTheRestore() {
    var rules =
        RuleFixtures.rules(
            RuleFixtures.group("g", 10, 0, RuleFixtures.record("s", "sum(g)")),
            RuleFixtures.group("h", 10, 0, RuleFixtures.record("sum", "sum(s) + sum(g)")));
    var snapshots = new ArrayList<byte[]>();
    var running = new AtomicReference<RuleEvaluator>();
    var saving =
        new RuleOutput() {
          @Override
          public void samples(SampleBatch batch) {
            output.samples(batch);
          }

          @Override
          public void alerts(AlertBatch batch) {}

          @Override
          public void corrected() {
            snapshots.add(running.get().snapshot());
          }
        };
    clock.set(START);
    running.set(new RuleEvaluator(rules, store, clock, saving));
    for (int second = 0; second <= 120; second += 5) {
      step(running.get(), second, 1);
    }
    send(running.get(), START + 20_000, "late", 5);
    running.get().advance(clock.millis());
    var corrected = new TreeMap<>(sums.tailMap(START + 20_000));
    assertThat(snapshots).hasSize(20);
    assertThat(corrected.values()).containsOnly(12.0);
    var before = new TreeMap<>(sums);

    for (byte[] snapshot : snapshots) {
      before.keySet().forEach(at -> sums.put(at, 2.0)); // as it may have been at that moment
      var evaluator = RuleEvaluator.restore(snapshot, rules, store, clock, output);
      evaluator.advance(clock.millis());
      assertThat(sums.tailMap(START + 20_000)).isEqualTo(corrected);
    }
  }

  @Test
  void advance_sampleLaterThanAllowed_correctsNothing() {
    var evaluator =
        evaluator(
            RuleOptions.DEFAULTS,
            RuleFixtures.rules(
                RuleFixtures.group("g", 10, 0, RuleFixtures.record("sum", "sum(g)"))));
    for (int second = 0; second <= 400; second += 5) {
      step(evaluator, second, 1);
    }
    sums.clear();

    send(evaluator, 61, 7);
    evaluator.advance(clock.millis());

    assertThat(sums).isEmpty();
    assertThat(evaluator.tooLate()).isEqualTo(1);
  }

  @Test
  void advance_lateSampleShowsThatAnAlertShouldNotHaveFired_itIsTakenBack() {
    var evaluator =
        evaluator(
            RuleOptions.DEFAULTS,
            RuleFixtures.rules(
                RuleFixtures.group("g", 10, 0, RuleFixtures.alert("High", "g > 5", 30))));
    for (int second = 0; second <= 60; second += 5) {
      step(evaluator, second, second == 40 || second == 45 ? -1 : second < 10 ? 1 : 9);
    }
    assertThat(transitions)
        .extracting(AlertTransition::to)
        .containsExactly(AlertState.PENDING, AlertState.FIRING);
    assertThat(notifications).hasSize(1);

    // There is a tick in this time, and it was low: "for" begins anew after it.
    for (int second = 36; second < 50; second++) {
      send(evaluator, second, 1);
    }
    evaluator.advance(clock.millis());

    var last = transitions.get(transitions.size() - 1);
    assertThat(last.cause()).isEqualTo(AlertTransition.Cause.CORRECTED);
    assertThat(last.to()).isEqualTo(AlertState.PENDING);
    assertThat(notifications).hasSize(2);
    assertThat(notifications.get(1).resolvedAt()).isPositive();
  }

  @Test
  void arrive_sampleOverThreshold_firesWithoutWaitingForTheTick() {
    var evaluator =
        evaluator(
            RuleOptions.DEFAULTS.withOnArrival(group -> group.name().equals("fast")),
            RuleFixtures.rules(
                RuleFixtures.group("fast", 60, 0, RuleFixtures.alert("High", "g > 5", 0)),
                RuleFixtures.group("slow", 60, 0, RuleFixtures.alert("Slow", "g > 5", 0))));
    for (int second = 0; second < 200; second++) {
      clock.set(START + second * 1000L);
      send(evaluator, second, second < 130 ? 1 : 9);
      evaluator.arrive(clock.millis());
      if (second % 10 == 0) {
        evaluator.advance(clock.millis());
      }
    }

    assertThat(transitions)
        .filteredOn(each -> each.labels().get("alertname").equals("High"))
        .extracting(AlertTransition::to, AlertTransition::sampleTime)
        .containsExactly(
            tuple(AlertState.PENDING, START + 130_000), tuple(AlertState.FIRING, START + 130_000));
    assertThat(transitions)
        .filteredOn(each -> each.labels().get("alertname").equals("Slow"))
        .allSatisfy(each -> assertThat(each.sampleTime()).isGreaterThan(START + 130_000));
  }

  @Test
  void arrive_forIsCountedOnceOverTicksAndArrivals() {
    var evaluator =
        evaluator(
            RuleOptions.DEFAULTS.withOnArrival(group -> true),
            RuleFixtures.rules(
                RuleFixtures.group("g", 15, 0, RuleFixtures.alert("High", "g > 5", 40))));
    for (int second = 0; second < 150; second++) {
      clock.set(START + second * 1000L);
      send(evaluator, second, second < 50 ? 1 : 9);
      evaluator.arrive(clock.millis());
      evaluator.advance(clock.millis() - 500);
    }

    assertThat(transitions)
        .extracting(AlertTransition::to)
        .containsExactly(AlertState.PENDING, AlertState.FIRING);
    assertThat(transitions.get(0).tick()).isEqualTo(START + 50_000);
    long held = transitions.get(1).tick() - transitions.get(0).tick();
    assertThat(held).isBetween(40_000L, 41_000L);
  }

  @Test
  void advance_groupWithAQueryOffset_waitsForItsTickAndSoForWhatComesLate() {
    store.append(Labels.of(Labels.METRIC_NAME, "g", "job", "a"), START - 70_000, 1);
    var evaluator =
        evaluator(
            RuleOptions.DEFAULTS,
            RuleFixtures.rules(
                RuleFixtures.group("g", 10, 60, RuleFixtures.alert("Gone", "absent(g)", 0))));
    for (int second = 0; second < 300; second++) {
      clock.set(START + second * 1000L);
      if (second % 10 == 0) {
        send(evaluator, second - 50, 1);
      }
      evaluator.arrive(clock.millis());
      evaluator.advance(clock.millis());
      long last = evaluator.report().get(0).lastEvaluation();
      assertThat(last).isLessThanOrEqualTo(clock.millis());
    }

    assertThat(evaluator.report().get(0).lastEvaluation()).isGreaterThan(START + 280_000);
    assertThat(transitions).isEmpty();
    assertThat(evaluator.corrected()).isZero();
  }

  @Test
  void arrive_manyTimesWithoutAChange_isKeptOnce() {
    var evaluator =
        evaluator(
            RuleOptions.DEFAULTS.withOnArrival(group -> true),
            RuleFixtures.rules(
                RuleFixtures.group("g", 15, 0, RuleFixtures.alert("High", "g > 5", 0))));
    for (int milli = 0; milli < 40_000; milli += 50) {
      clock.set(START + milli);
      send(evaluator, START + milli, "a" + milli % 400, milli + 6);
      evaluator.arrive(clock.millis());
      evaluator.advance(clock.millis());
    }

    assertThat(transitions).hasSize(16); // eight alerts, pending and firing
    // 500 evaluations, of 20 bytes each, and the states of eight alerts when one of them changed.
    assertThat(evaluator.snapshot()).hasSizeLessThan(40_000);
    assertThat(evaluator.report().get(0).rules().get(0).alerting()).isNotNull();
  }

  @Test
  void arrive_farMoreOftenThanTicks_onlyWhatMayBeCorrectedIsKept() {
    var group = RuleFixtures.group("g", 36_000, 0, RuleFixtures.alert("High", "g > 5", 0));
    long first = TickSchedule.of(group).after(START);
    clock.set(first - 1000);
    var evaluator =
        evaluator(RuleOptions.DEFAULTS.withOnArrival(each -> true), RuleFixtures.rules(group));
    int kept = 0;
    for (int second = 0; second < 3_000; second++) {
      clock.set(first + second * 1000L);
      send(evaluator, clock.millis(), "a", second);
      evaluator.arrive(clock.millis());
      evaluator.advance(clock.millis());
      if (second == 400) { // a little more than the allowed lateness
        kept = evaluator.snapshot().length;
      }
    }

    assertThat(kept).isGreaterThan(300 * 16);
    assertThat(evaluator.snapshot()).hasSizeBetween(1, kept + kept / 10);
  }

  @Test
  void newEvaluator_noState_goesOnFromTheSeriesOfTheAlert() {
    var rules =
        RuleFixtures.rules(
            RuleFixtures.group("g", 10, 0, RuleFixtures.alert("High", "g > 5", 1200)));
    var first = evaluator(RuleOptions.DEFAULTS, rules);
    for (int second = 0; second <= 600; second += 5) {
      step(first, second, 9);
    }
    assertThat(transitions).hasSize(1);
    transitions.clear();

    clock.set(START + 700_000);
    var second = evaluator(RuleOptions.DEFAULTS, rules);
    for (int at = 700; at <= 1500; at += 5) {
      step(second, at, 9);
    }

    assertThat(transitions)
        .extracting(AlertTransition::to)
        .containsExactly(AlertState.PENDING, AlertState.FIRING);
    // 1200 s of "for", of which some 600 s were over; the outage of 100 s does not count.
    assertThat(transitions.get(1).tick()).isBetween(START + 1_290_000, START + 1_340_000);
  }

  @Test
  void forms_tellWhichWayRulesGo() {
    var evaluator =
        evaluator(
            RuleOptions.DEFAULTS,
            RuleFixtures.rules(
                RuleFixtures.group(
                    "g",
                    10,
                    0,
                    RuleFixtures.record("a", "sum by (job) (rate(c[5m]))"),
                    RuleFixtures.record("b", "sum(rate(c[5m])) / sum(g)"),
                    RuleFixtures.record("c", "max_over_time(g[5m:1m])"),
                    RuleFixtures.record("d", "g @ 1700000000"))));

    var forms = evaluator.forms().values().iterator().next();
    assertThat(forms)
        .extracting(RuleForm::way)
        .containsExactly(
            RuleForm.Way.INCREMENTAL, RuleForm.Way.PARTLY, RuleForm.Way.PLAIN, RuleForm.Way.STORE);
    assertThat(forms.get(1).shared()).containsExactly("sum(rate(c[5m]))", "sum(g)");
    assertThat(forms).allSatisfy(form -> assertThat(form.reason()).isNotEmpty());
  }

  private RuleEvaluator evaluator(RuleOptions options, RuleSet rules) {
    if (clock.millis() < START) {
      clock.set(START);
    }
    return new RuleEvaluator(rules, options, store, clock, output);
  }

  /** Sends a sample unless it is negative, and advances. */
  private void step(RuleEvaluator evaluator, int second, double value) {
    clock.set(START + second * 1000L);
    if (value >= 0) {
      send(evaluator, second, value);
    }
    evaluator.advance(clock.millis());
  }

  private void send(RuleEvaluator evaluator, int second, double value) {
    send(evaluator, START + second * 1000L, "a", value);
  }

  private void send(RuleEvaluator evaluator, long time, String job, double value) {
    var series = Labels.of(Labels.METRIC_NAME, "g", "job", job);
    store.append(series, time, value);
    evaluator.accept(
        SampleBatch.at(new Origin.RemoteWrite(), time).series(series).value(value).build());
  }
}
