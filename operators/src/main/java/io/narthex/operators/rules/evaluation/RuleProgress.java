package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertRuleState;
import io.narthex.operators.rules.incremental.RulePlan;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.rules.state.RuleState;
import io.narthex.pipeline.model.Labels;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a rule stands after the ticks so far. */
final class RuleProgress {
  private static final int SMALLEST_CACHE = 256;

  private final RuleSet.Prepared rule;
  private final RulePlan plan;
  private final Map<Labels, Labels> named = new HashMap<>();
  private AlertRuleState alerts = AlertRuleState.EMPTY;
  private Set<Labels> outputs = Set.of();
  private long lastTick;
  private long durationNanos;
  private @Nullable String lastError;
  private @Nullable String incomplete;
  private long evaluations;
  private long failures;

  RuleProgress(RuleSet.Prepared rule, RulePlan plan) {
    this.rule = rule;
    this.plan = plan;
  }

  RulePlan plan() {
    return plan;
  }

  /** The labels under which a recording rule writes an element. */
  Labels outputOf(Labels element) {
    var known = named.get(element);
    if (known == null) {
      var labels = element.toBuilder().set(Labels.METRIC_NAME, rule.rule().name());
      rule.labels().forEach(labels::set);
      known = labels.build();
      if (named.size() > SMALLEST_CACHE + 2 * outputs.size()) {
        named.clear();
      }
      named.put(element, known);
    }
    return known;
  }

  RuleSet.Prepared rule() {
    return rule;
  }

  AlertRuleState alerts() {
    return alerts;
  }

  void alerts(AlertRuleState state) {
    alerts = state;
  }

  /** The series that the last evaluation which did not fail wrote. */
  Set<Labels> outputs() {
    return outputs;
  }

  void outputs(Set<Labels> written) {
    outputs = written;
  }

  /** The tick evaluated last; 0 if none was. */
  long lastTick() {
    return lastTick;
  }

  long durationNanos() {
    return durationNanos;
  }

  /** Why the last evaluation failed; null if it did not. */
  @Nullable String lastError() {
    return lastError;
  }

  /** Why the last evaluation went without some of its samples; null if it did not. */
  @Nullable String incomplete() {
    return incomplete;
  }

  void incomplete(@Nullable String reason) {
    incomplete = reason;
  }

  /** What is to be known of the last evaluation: that it failed, or was incomplete; or null. */
  @Nullable String trouble() {
    return lastError != null || incomplete == null
        ? lastError
        : "evaluated without samples that the store cannot read: " + incomplete;
  }

  long evaluations() {
    return evaluations;
  }

  long failures() {
    return failures;
  }

  void evaluated(long tick, long nanos, @Nullable String error) {
    lastTick = tick;
    durationNanos = nanos;
    lastError = error;
    evaluations++;
    if (error != null) {
      failures++;
    }
  }

  /** What is carried to the next tick. */
  RuleState state() {
    return new RuleState(alerts, outputs);
  }

  void resume(RuleState state) {
    alerts = state.alerts();
    outputs = state.outputs();
  }
}
