package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.alert.AlertTick;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.rules.state.RuleState;
import io.narthex.operators.rules.state.SavedGroup;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertRuleId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tells the audit trail that the active alerts of rules which are no longer configured are over.
 * The Alertmanagers are told nothing: what they heard runs out by itself.
 */
final class RemovedAlerts {
  private RemovedAlerts() {}

  /**
   * Gives out the transitions.
   *
   * @param before the state of all groups by their keys
   * @param after the rules in force from now on
   * @param now by the clock, milliseconds; a rule that lags ends at its next tick instead
   */
  static void tell(
      Map<String, SavedGroup> before,
      RuleSet after,
      long now,
      AlertTemplate.Query query,
      RuleOutput out) {
    var kept = new HashMap<String, Set<String>>();
    for (var group : after.groups()) {
      var rules = kept.computeIfAbsent(group.definition().key(), key -> new HashSet<>());
      group.rules().forEach(rule -> rules.add(rule.key()));
    }
    before.forEach(
        (key, group) -> {
          var rules = kept.getOrDefault(key, Set.of());
          String file = key.substring(0, key.length() - group.name().length() - 1);
          long time = Math.min(now, group.nextTick());
          long offset = group.nextTick() - group.nextSampleTime();
          var tick = new AlertTick(time, time - offset, now, query);
          for (int rule = 0; rule < group.ruleKeys().size(); rule++) {
            if (!rules.contains(group.ruleKeys().get(rule))) {
              tell(file, group.name(), group.rules().get(rule), tick, out);
            }
          }
        });
  }

  private static void tell(
      String file, String group, RuleState state, AlertTick tick, RuleOutput out) {
    var ends = AlertEvaluator.removed(state.alerts(), tick);
    if (!ends.isEmpty()) {
      String rule = ends.get(0).labels().get(AlertEvaluator.ALERT_NAME);
      out.alerts(new AlertBatch(new AlertRuleId(file, group, rule), ends, List.of()));
    }
  }
}
