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

  /**
   * This, or another state if ticks go on from it in the same way; so states that stay are kept
   * once. Values of alerts are then those of the other one.
   */
  public RuleState sharedWith(RuleState other) {
    if (!alerts.isSameButForValues(other.alerts)) {
      return this;
    }
    return outputs.equals(other.outputs) ? other : new RuleState(other.alerts, outputs);
  }
}
