package io.narthex.operators.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.alert.AlertRuleId;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AlertEvaluatorTest {
  private static final long MINUTE = 60_000;
  private static final Labels HOST = Labels.of("__name__", "load", "host", "a");

  @Test
  void evaluate_conditionHolds_isPendingThenFiringThenResolved() {
    var run = new Run(evaluator(2, 0, 0, Map.of()));
    for (int minute = 0; minute < 3; minute++) {
      run.tick(minute, HOST);
    }
    run.tick(3);
    assertThat(run.states)
        .containsExactly(
            AlertState.PENDING, AlertState.PENDING, AlertState.FIRING, AlertState.INACTIVE);
    var fired = run.outcomes.get(2).notifications().get(0);
    assertThat(fired.startsAt()).isEqualTo(2 * MINUTE);
    assertThat(fired.isResolved()).isFalse();
    assertThat(fired.validMillis()).isEqualTo(4 * MINUTE);
    assertThat(fired.generatorUrl()).isEqualTo("http://n/graph?g0.expr=load+%3E+1&g0.tab=1");
    assertThat(run.outcomes.get(3).notifications().get(0).resolvedAt()).isEqualTo(3 * MINUTE);
    assertThat(run.outcomes.get(2).series())
        .containsExactly(
            new AlertOutcome.Point(
                Labels.of(
                    "__name__", "ALERTS", "alertname", "High", "alertstate", "firing", "host", "a"),
                1),
            new AlertOutcome.Point(
                Labels.of("__name__", "ALERTS_FOR_STATE", "alertname", "High", "host", "a"), 0));
    assertThat(run.outcomes.get(3).series()).isEmpty();
  }

  @Test
  void evaluate_resolved_isToldFor15MinutesAndForgotten() {
    var run = new Run(evaluator(0, 0, 0, Map.of()));
    run.tick(0, HOST);
    int told = 0;
    for (int minute = 1; minute <= 17; minute++) {
      run.tick(minute);
      told += run.last().notifications().size();
    }
    assertThat(told).isEqualTo(8); // the delay of a minute is over at each second tick
    assertThat(run.last().state().isEmpty()).isTrue();
  }

  @Test
  void evaluate_keepFiringFor_firesOnWithoutItsCondition() {
    var run = new Run(evaluator(0, 2, 0, Map.of()));
    run.tick(0, HOST);
    run.tick(1);
    assertThat(run.last().state().active().get(0).keepFiringSince()).isEqualTo(MINUTE);
    run.tick(2);
    run.tick(3);
    assertThat(run.states)
        .containsExactly(
            AlertState.FIRING, AlertState.FIRING, AlertState.FIRING, AlertState.INACTIVE);
  }

  @Test
  void evaluate_sameLabelsAfterAlertLabels_failsAndKeepsTheState() {
    var run = new Run(evaluator(0, 0, 0, Map.of("host", "same")));
    run.tick(0, HOST);
    var before = run.last().state();
    run.tick(1, HOST, Labels.of("host", "b"));
    assertThat(run.last().error())
        .isEqualTo("vector contains metrics with the same labelset after applying alert labels");
    assertThat(run.last().state()).isSameAs(before);
  }

  @Test
  void evaluate_overLimit_failsAndForgets() {
    var run = new Run(evaluator(0, 0, 1, Map.of()));
    run.tick(0, HOST, Labels.of("host", "b"));
    assertThat(run.last().error()).isEqualTo("exceeded limit of 1 with 2 alerts");
    assertThat(run.last().state().isEmpty()).isTrue();
  }

  @Test
  void evaluate_templateFails_textSaysSo() {
    var run = new Run(evaluator(0, 0, 0, Map.of("team", "{{ bad }}")));
    run.tick(0, HOST);
    assertThat(run.last().state().active().get(0).labels().get("team"))
        .isEqualTo("<error expanding template: no bad>");
  }

  @Test
  void evaluate_stateLost_wasFiring_firesAtOnce() {
    var rule = evaluator(20, 0, 0, Map.of());
    var restore =
        ForStateRestore.of(
            Duration.ofMinutes(10), (series, before) -> new ForStateRestore.Point(50 * MINUTE, 0));
    var outcome =
        rule.evaluate(AlertRuleState.EMPTY, at(60), vector(HOST), new AfterStart(restore, false));
    assertThat(outcome.state().severest()).isEqualTo(AlertState.FIRING);
    assertThat(outcome.state().active().get(0).activeAt()).isZero();
  }

  @Test
  void evaluate_stateLost_wasPending_outageDoesNotCount() {
    var rule = evaluator(60, 0, 0, Map.of());
    var restore =
        ForStateRestore.of(
            Duration.ofMinutes(10), (series, before) -> new ForStateRestore.Point(20 * MINUTE, 0));
    var outcome =
        rule.evaluate(AlertRuleState.EMPTY, at(30), vector(HOST), new AfterStart(restore, false));
    assertThat(outcome.state().active().get(0).activeAt()).isEqualTo(10 * MINUTE);
  }

  @Test
  void correct_firedWrongly_isTakenBack() {
    var rule = evaluator(0, 0, 0, Map.of());
    var published = rule.evaluate(AlertRuleState.EMPTY, at(1), vector(HOST)).state();
    var outcome = rule.correct(published, AlertRuleState.EMPTY, at(1));
    assertThat(outcome.notifications()).hasSize(1);
    assertThat(outcome.notifications().get(0).isResolved()).isTrue();
    assertThat(outcome.state().active()).isEmpty();
  }

  @Test
  void toBytes_anyState_roundTrips() throws IOException {
    var run = new Run(evaluator(0, 0, 0, Map.of()));
    run.tick(0, HOST, Labels.of("host", "b"));
    run.tick(1, HOST);
    var state = run.last().state();
    assertThat(AlertRuleState.ofBytes(state.toBytes())).isEqualTo(state);
  }

  private static AlertEvaluator evaluator(
      int hold, int keep, int limit, Map<String, String> labels) {
    var definition =
        new AlertRule.Definition(
            new AlertRuleId("f.yml", "g", "High"),
            "load > 1",
            Duration.ofMinutes(hold),
            Duration.ofMinutes(keep),
            labels,
            Map.of(),
            Duration.ofMinutes(1),
            limit);
    AlertTemplate.Compiler templates =
        (rule, text) ->
            data -> {
              throw new AlertTemplate.ExpansionException("no bad", null);
            };
    return new AlertEvaluator(
        AlertRule.of(
            definition,
            new AlertRule.Surroundings(
                Labels.EMPTY, "http://n", Duration.ofMinutes(1), templates)));
  }

  private static AlertTick at(long minute) {
    long time = minute * MINUTE;
    return new AlertTick(time, time, time, (query, when) -> List.of());
  }

  private static List<QueryValue.Sample> vector(Labels... elements) {
    return Arrays.stream(elements)
        .map(labels -> new QueryValue.Sample(labels, 0, 1, null))
        .toList();
  }

  private static final class Run {
    final AlertEvaluator rule;
    final List<AlertOutcome> outcomes = new ArrayList<>();
    final List<AlertState> states = new ArrayList<>();

    Run(AlertEvaluator rule) {
      this.rule = rule;
    }

    void tick(long minute, Labels... elements) {
      var before = outcomes.isEmpty() ? AlertRuleState.EMPTY : last().state();
      outcomes.add(rule.evaluate(before, at(minute), vector(elements)));
      states.add(last().state().severest());
    }

    AlertOutcome last() {
      return outcomes.get(outcomes.size() - 1);
    }
  }
}
