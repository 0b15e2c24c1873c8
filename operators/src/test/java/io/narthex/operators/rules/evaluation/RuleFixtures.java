package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertRule;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Place;
import io.narthex.pipeline.config.rules.RecordingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.config.rules.RulePlaces;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.exec.EngineOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Rules for tests, without templates. */
public final class RuleFixtures {
  public static final EngineOptions ENGINE = EngineOptions.defaults();

  private RuleFixtures() {}

  public static RuleSet rules(RuleGroup... groups) {
    return rules(List.of(groups));
  }

  public static RuleSet rules(List<RuleGroup> groups) {
    return rules(groups, ENGINE);
  }

  public static RuleSet rules(List<RuleGroup> groups, EngineOptions engine) {
    return RuleSet.of(
        groups,
        engine,
        new AlertRule.Surroundings(
            Labels.EMPTY,
            "http://localhost:9090",
            Duration.ofMinutes(1),
            (rule, text) -> {
              throw new IllegalArgumentException("no templates here");
            }));
  }

  public static RuleGroup group(String name, int seconds, int offsetSeconds, Rule... rules) {
    return group(name, seconds, offsetSeconds, List.of(rules));
  }

  public static RuleGroup group(String name, int seconds, int offsetSeconds, List<Rule> rules) {
    return new RuleGroup(
        "/r.yml",
        name,
        Duration.ofSeconds(seconds),
        Duration.ofSeconds(offsetSeconds),
        0,
        Map.of(),
        rules,
        Place.NONE);
  }

  public static RecordingRule record(String name, String expression) {
    return new RecordingRule(name, expression, Map.of(), RulePlaces.NONE);
  }

  public static AlertingRule alert(String name, String expression, int forSeconds) {
    return new AlertingRule(
        name,
        expression,
        Duration.ofSeconds(forSeconds),
        Duration.ZERO,
        Map.of(),
        Map.of(),
        RulePlaces.NONE);
  }
}
