package io.narthex.operators.rules.state;

import io.narthex.operators.alert.AlertRuleState;
import io.narthex.pipeline.model.Labels;
import java.util.Set;

/**
 * What a rule carries from tick to tick.
 *
 * @param alerts empty for a recording rule
 * @param outputs the series that the last evaluation which did not fail wrote
 */
public record RuleState(AlertRuleState alerts, Set<Labels> outputs) {
  /** Of a rule that was never evaluated. */
  public static final RuleState NONE = new RuleState(AlertRuleState.EMPTY, Set.of());

  /** This, or another state if it holds the very same; so states that stay are kept once. */
  public RuleState sharedWith(RuleState other) {
    return alerts == other.alerts && outputs == other.outputs ? other : this;
  }
}
