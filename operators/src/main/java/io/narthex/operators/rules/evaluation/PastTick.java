package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertRuleState;
import io.narthex.operators.rules.state.RuleState;
import io.narthex.operators.rules.state.SavedTick;
import io.narthex.pipeline.model.Labels;
import java.util.List;
import java.util.Set;

/**
 * What the rules of a group had written and knew after a tick, so that it can be evaluated again
 * when samples come late.
 */
final class PastTick {
  private final long tick;
  private final long at;
  private final RuleState[] rules;

  /**
   * A tick after which rules had these states.
   *
   * @param at time of its samples
   * @param rules taken over
   */
  PastTick(long tick, long at, RuleState[] rules) {
    this.tick = tick;
    this.at = at;
    this.rules = rules;
  }

  long tick() {
    return tick;
  }

  long at() {
    return at;
  }

  RuleState state(int rule) {
    return rules[rule];
  }

  /** The series that a rule wrote, or would have written had it not failed. */
  Set<Labels> outputs(int rule) {
    return rules[rule].outputs();
  }

  AlertRuleState alerts(int rule) {
    return rules[rule].alerts();
  }

  void correct(int rule, Set<Labels> written, AlertRuleState state) {
    rules[rule] = new RuleState(state, written);
  }

  SavedTick saved() {
    return new SavedTick(tick, at, List.of(rules));
  }
}
