package io.narthex.operators.rules.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.RuleStatus;
import io.narthex.pipeline.testkit.InMemoryStore;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupReportTest {
  private static final RuleOutput NOWHERE =
      new RuleOutput() {
        @Override
        public void samples(SampleBatch batch) {}

        @Override
        public void alerts(AlertBatch batch) {}
      };

  @Test
  void configured_nothingEvaluated_listsAllWithoutAnEvaluation() {
    var groups = GroupReport.configured(rules("sum(a)"), List.of());

    assertThat(groups).hasSize(1);
    var group = groups.get(0);
    assertThat(group.lastEvaluation()).isZero();
    assertThat(group.rules()).extracting(RuleStatus::name).containsExactly("same", "total", "Up");
    assertThat(group.rules())
        .allSatisfy(
            rule -> {
              assertThat(rule.lastEvaluation()).isZero();
              assertThat(rule.lastError()).isNull();
              assertThat(rule.evaluation().way()).isEqualTo("unplanned");
            });
    var alerting = group.rules().get(2).alerting();
    assertThat(alerting).isNotNull();
    assertThat(alerting.alerts().get()).isEmpty();
  }

  @Test
  void configured_afterAReload_rulesThatStayStandAsTheyStood() {
    var clock = new TestClock();
    var evaluator = new RuleEvaluator(rules("sum(a)"), new InMemoryStore(), clock, NOWHERE);
    evaluator.advance(RuleEvaluatorTest.START + 30_000);
    var before = evaluator.report();

    var after = GroupReport.configured(rules("max(a)"), before).get(0);

    assertThat(after.rules().get(0)).isEqualTo(before.get(0).rules().get(0));
    assertThat(after.rules().get(0).lastEvaluation()).isPositive();
    assertThat(after.rules().get(1).query()).isEqualTo("max(a)");
    assertThat(after.rules().get(1).lastEvaluation()).isZero();
    assertThat(after.rules().get(2).lastEvaluation()).isPositive();
  }

  private static RuleSet rules(String expression) {
    return RuleFixtures.rules(
        RuleFixtures.group(
            "g",
            10,
            0,
            RuleFixtures.record("same", "count(a)"),
            RuleFixtures.record("total", expression),
            RuleFixtures.alert("Up", "a > 0", 60)));
  }
}
