package io.narthex.operators.rules.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.alert.AlertRule;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Place;
import io.narthex.pipeline.config.rules.RecordingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.config.rules.RulePlaces;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.narthex.query.promql.exec.EngineOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RuleEvaluatorTest {
  static final long START = 1_700_000_000_000L;
  private static final EngineOptions ENGINE = EngineOptions.defaults();

  private final InMemoryStore truth = new InMemoryStore();
  private final TestClock clock = new TestClock();
  private final List<SampleBatch> written = new ArrayList<>();
  private final List<AlertTransition> transitions = new ArrayList<>();
  private final List<AlertBatch> batches = new ArrayList<>();
  private final RuleOutput output =
      new RuleOutput() {
        @Override
        public void samples(SampleBatch batch) {
          written.add(batch);
          store(batch);
        }

        @Override
        public void alerts(AlertBatch batch) {
          batches.add(batch);
          transitions.addAll(batch.transitions());
        }
      };

  @Test
  void advance_alert_becomesPendingThenFiresAndKeepsItsStateOverARestart() {
    var rules =
        rules(
            List.of(
                group(
                    "alerts",
                    5,
                    0,
                    new AlertingRule(
                        "High",
                        "g > 5",
                        Duration.ofSeconds(20),
                        Duration.ZERO,
                        Map.of("severity", "page"),
                        Map.of(),
                        RulePlaces.NONE))));
    var evaluator = new RuleEvaluator(rules, truth, clock, output);
    var series = Labels.of(Labels.METRIC_NAME, "g", "job", "a");
    for (int second = 1; second <= 60; second++) {
      clock.now = START + second * 1000L;
      var batch =
          SampleBatch.at(new Origin.RemoteWrite(), clock.now)
              .series(series)
              .value(second < 45 ? 6 : 4)
              .build();
      store(batch);
      evaluator.accept(batch);
      evaluator.advance(clock.now);
      if (second == 17) {
        byte[] snapshot = evaluator.snapshot();
        evaluator = RuleEvaluator.restore(snapshot, rules, truth, clock, output);
      }
    }

    assertThat(transitions)
        .extracting(AlertTransition::to)
        .containsExactly(AlertState.PENDING, AlertState.FIRING, AlertState.INACTIVE);
    assertThat(transitions.get(1).tick() - transitions.get(0).tick()).isEqualTo(20_000);
    var alert =
        Labels.of(
            Labels.METRIC_NAME,
            "ALERTS",
            "alertname",
            "High",
            "alertstate",
            "firing",
            "job",
            "a",
            "severity",
            "page",
            "team",
            "x");
    var rows = rowsOf(alert);
    assertThat(rows).hasSizeGreaterThan(3);
    assertThat(StaleMarker.is(rows.get(rows.size() - 1))).isTrue();
    assertThat(rows.subList(0, rows.size() - 1)).containsOnly(1d);
  }

  @Test
  void replace_ruleGone_endsItsSeriesAndOthersGoOn() {
    var both = group("g", 5, 0, record("kept", "g", "", ""), record("gone", "g", "", ""));
    var evaluator = new RuleEvaluator(rules(List.of(both)), truth, clock, output);
    step(evaluator, 1, 10);

    evaluator.replace(rules(List.of(group("g", 5, 0, record("kept", "g", "", "")))));
    step(evaluator, 11, 30);

    var gone = rowsOf(Labels.of(Labels.METRIC_NAME, "gone", "job", "a"));
    assertThat(StaleMarker.is(gone.get(gone.size() - 1))).isTrue();
    assertThat(gone.stream().filter(StaleMarker::is)).hasSize(1);
    assertThat(rowsOf(Labels.of(Labels.METRIC_NAME, "kept", "job", "a")))
        .hasSizeGreaterThan(4)
        .noneMatch(StaleMarker::is);
  }

  @Test
  void replace_alertingRuleGone_itsAlertsEndInTheTrailAndNobodyIsTold() {
    var both = group("g", 5, 0, alert("Stays"), alert("Goes"));
    var other = group("other", 5, 0, alert("GoesWithItsGroup"));
    var evaluator = new RuleEvaluator(rules(List.of(both, other)), truth, clock, output);
    step(evaluator, 1, 12);
    batches.clear();

    evaluator.replace(rules(List.of(group("g", 5, 0, alert("Stays")))));

    assertRemoved(clock.now);
    batches.clear();
    step(evaluator, 13, 30);
    assertThat(batches).isEmpty();
  }

  @Test
  void restore_alertingRuleGoneMeanwhile_itsAlertsEndInTheTrail() {
    var both = group("g", 5, 0, alert("Stays"), alert("Goes"));
    var other = group("other", 5, 0, alert("GoesWithItsGroup"));
    var evaluator = new RuleEvaluator(rules(List.of(both, other)), truth, clock, output);
    step(evaluator, 1, 12);
    batches.clear();
    byte[] snapshot = evaluator.snapshot();

    RuleEvaluator.restore(
        snapshot, rules(List.of(group("g", 5, 0, alert("Stays")))), truth, clock, output);

    assertRemoved(clock.now);
  }

  private void assertRemoved(long time) {
    assertThat(batches)
        .extracting(batch -> batch.rule().group() + "/" + batch.rule().rule())
        .containsExactlyInAnyOrder("g/Goes", "other/GoesWithItsGroup");
    assertThat(batches)
        .allSatisfy(
            batch -> {
              assertThat(batch.rule().file()).isEqualTo("/r.yml");
              assertThat(batch.notifications()).isEmpty();
              var end = batch.transitions().get(0);
              assertThat(batch.transitions()).hasSize(1);
              assertThat(end.cause()).isEqualTo(AlertTransition.Cause.RULE_REMOVED);
              assertThat(end.from()).isEqualTo(AlertState.FIRING);
              assertThat(end.to()).isEqualTo(AlertState.INACTIVE);
              assertThat(end.tick()).isEqualTo(time);
            });
  }

  @Test
  void advance_ruleBreaksByAFaultOfOurs_keepsItsErrorAndTheOthersGoOn() {
    var broken =
        new AlertingRule(
            "Broken",
            "g > 0",
            Duration.ZERO,
            Duration.ZERO,
            Map.of(),
            Map.of("summary", "{{ breaks }}"),
            RulePlaces.NONE);
    var rules =
        RuleSet.of(
            List.of(
                group(
                    "g",
                    5,
                    0,
                    record("before", "g", "", ""),
                    broken,
                    record("after", "g", "", ""))),
            ENGINE,
            new AlertRule.Surroundings(
                Labels.EMPTY,
                "http://localhost:9090",
                Duration.ofMinutes(1),
                (rule, text) ->
                    data -> {
                      if (data.value() > 10 && data.value() <= 20) {
                        throw new IllegalStateException("a fault");
                      }
                      return text;
                    }));
    var evaluator = new RuleEvaluator(rules, truth, clock, output);
    step(evaluator, 1, 20);

    var statuses = evaluator.report().get(0).rules();
    assertThat(statuses.get(0).lastError()).isNull();
    assertThat(statuses.get(1).lastError())
        .isEqualTo("internal error: java.lang.IllegalStateException: a fault");
    assertThat(statuses.get(2).lastError()).isNull();
    var firing = transitions.size();
    step(evaluator, 21, 40);

    assertThat(evaluator.report().get(0).rules().get(1).lastError()).isNull();
    assertThat(rowsOf(Labels.of(Labels.METRIC_NAME, "before", "job", "a"))).hasSize(8);
    assertThat(rowsOf(Labels.of(Labels.METRIC_NAME, "after", "job", "a"))).hasSize(8);
    assertThat(transitions).as("the alert went through the fault unchanged").hasSize(firing);
  }

  private static AlertingRule alert(String name) {
    return new AlertingRule(
        name, "g > 0", Duration.ZERO, Duration.ZERO, Map.of(), Map.of(), RulePlaces.NONE);
  }

  private void step(RuleEvaluator evaluator, int from, int to) {
    for (int second = from; second <= to; second++) {
      clock.now = START + second * 1000L;
      var batch =
          SampleBatch.at(new Origin.RemoteWrite(), clock.now)
              .series(Labels.of(Labels.METRIC_NAME, "g", "job", "a"))
              .value(second)
              .build();
      store(batch);
      evaluator.accept(batch);
      evaluator.advance(clock.now);
    }
  }

  private List<Double> rowsOf(Labels series) {
    var values = new ArrayList<Double>();
    for (var batch : written) {
      for (int row = 0; row < batch.seriesCount(); row++) {
        if (batch.labels(row).equals(series)) {
          values.add(batch.value(row));
        }
      }
    }
    return values;
  }

  private void store(SampleBatch batch) {
    for (int series = 0; series < batch.seriesCount(); series++) {
      int end = batch.oneRowEach() ? series + 1 : batch.firstRow(series + 1);
      for (int row = batch.firstRow(series); row < end; row++) {
        truth.append(batch.labels(series), batch.timestamp(row), batch.value(row));
      }
    }
  }

  private static RuleSet rules(List<RuleGroup> groups) {
    return RuleSet.of(
        groups,
        ENGINE,
        new AlertRule.Surroundings(
            Labels.EMPTY,
            "http://localhost:9090",
            Duration.ofMinutes(1),
            (rule, text) -> {
              throw new IllegalArgumentException("no templates here");
            }));
  }

  private static RuleGroup group(String name, int seconds, int offset, Rule... rules) {
    return new RuleGroup(
        "/r.yml",
        name,
        Duration.ofSeconds(seconds),
        Duration.ofSeconds(offset),
        0,
        Map.of("team", "x"),
        List.of(rules),
        Place.NONE);
  }

  private static RecordingRule record(String name, String expression, String label, String value) {
    return new RecordingRule(
        name,
        expression,
        label.isEmpty() ? Map.of("team", "") : Map.of("team", "", label, value),
        RulePlaces.NONE);
  }
}
