package io.narthex.operators.rules.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Place;
import io.narthex.pipeline.config.rules.RecordingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.config.rules.RulePlaces;
import io.narthex.query.promql.parse.ParseOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShardPlanTest {

  @Test
  void of_groupsWithoutLinks_areShardsOfTheirOwn() {
    assertThat(plan(group("a", record("x", "sum(m)")), group("b", record("y", "sum(m)"))))
        .containsExactly(List.of("a"), List.of("b"));
  }

  @Test
  void of_chain_isOneShardWithSourcesFirst() {
    assertThat(
            plan(
                group("c", record("z", "y + 1")),
                group("other", record("o", "m")),
                group("b", record("y", "rate(x[5m])")),
                group("a", record("x", "m"))))
        .containsExactly(List.of("a", "b", "c"), List.of("other"));
  }

  @Test
  void of_circle_beginsWithTheFirstGroup() {
    assertThat(plan(group("a", record("x", "y")), group("b", record("y", "x"))))
        .containsExactly(List.of("a", "b"));
  }

  @Test
  void of_selectorWithoutName_readsWhatItMayMatch() {
    assertThat(
            plan(
                group("a", record("x:sum", "m")),
                group("b", record("n", "count({__name__=~\".+:sum\"})")),
                group("c", record("q", "m"))))
        .containsExactly(List.of("a", "b"), List.of("c"));
  }

  @Test
  void of_alerts_areReadByTheirName() {
    assertThat(
            plan(
                group("a", alert("Down")),
                group("b", alert("Slow")),
                group("c", record("n", "count(ALERTS{alertname=\"Down\",alertstate=\"firing\"})"))))
        .containsExactly(List.of("a", "c"), List.of("b"));
  }

  private static List<List<String>> plan(RuleGroup... groups) {
    return ShardPlan.of(List.of(groups), ParseOptions.DEFAULT).shards().stream()
        .map(shard -> shard.groups().stream().map(RuleGroup::name).toList())
        .toList();
  }

  private static RuleGroup group(String name, Rule... rules) {
    return new RuleGroup(
        "r.yml",
        name,
        Duration.ofSeconds(15),
        Duration.ZERO,
        0,
        Map.of(),
        List.of(rules),
        Place.NONE);
  }

  private static Rule record(String name, String expression) {
    return new RecordingRule(name, expression, Map.of(), RulePlaces.NONE);
  }

  private static Rule alert(String name) {
    return new AlertingRule(
        name, "m > 1", Duration.ZERO, Duration.ZERO, Map.of(), Map.of(), RulePlaces.NONE);
  }
}
