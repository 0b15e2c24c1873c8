package io.narthex.operators.rules;

import io.narthex.operators.alert.AlertRuleState;
import io.narthex.pipeline.model.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the rules of a group had written and knew after a tick, so that it can be evaluated again
 * when samples come late.
 */
final class PastTick {
  private final long tick;
  private final long at;
  private final List<Set<Labels>> outputs;
  private final List<AlertRuleState> alerts;

  /**
   * A tick of this many rules that is still to be filled.
   *
   * @param at time of its samples
   */
  PastTick(long tick, long at, int rules) {
    this.tick = tick;
    this.at = at;
    outputs = new ArrayList<>(rules);
    alerts = new ArrayList<>(rules);
  }

  long tick() {
    return tick;
  }

  long at() {
    return at;
  }

  void add(Set<Labels> written, AlertRuleState state) {
    outputs.add(written);
    alerts.add(state);
  }

  /** The series that a rule wrote, or would have written had it not failed. */
  Set<Labels> outputs(int rule) {
    return outputs.get(rule);
  }

  AlertRuleState alerts(int rule) {
    return alerts.get(rule);
  }

  void correct(int rule, Set<Labels> written, AlertRuleState state) {
    outputs.set(rule, written);
    alerts.set(rule, state);
  }

  /** By the keys of the rules. */
  Map<String, GroupEvaluator.RuleState> states(List<RuleProgress> rules) {
    var states = new HashMap<String, GroupEvaluator.RuleState>();
    for (int rule = 0; rule < rules.size(); rule++) {
      states.put(
          rules.get(rule).rule().key(),
          new GroupEvaluator.RuleState(alerts.get(rule), outputs.get(rule)));
    }
    return states;
  }
}
