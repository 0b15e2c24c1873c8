package io.narthex.pipeline.alert;

import io.narthex.pipeline.model.Labels;

/**
 * A change of an alert's state, for the audit trail. Times are milliseconds since the epoch.
 *
 * @param value of the expression, the newest one
 * @param tick the evaluation that found it
 * @param sampleTime the time at which the expression was evaluated: the tick less the query offset
 * @param evaluatedAt when the evaluation ran, by the clock
 * @param activeAt since when the condition held
 */
public record AlertTransition(
    Labels labels,
    AlertState from,
    AlertState to,
    Cause cause,
    double value,
    long tick,
    long sampleTime,
    long evaluatedAt,
    long activeAt) {

  /** Why a state changes. */
  public enum Cause {
    CONDITION_MET("the expression returned the alert"),
    HELD_LONG_ENOUGH("the expression returned the alert for the whole of 'for'"),
    CONDITION_GONE("the expression returned the alert no longer"),
    KEPT_LONG_ENOUGH("the time of 'keep_firing_for' is over"),
    LIMIT_EXCEEDED("the rule returned more alerts than its group's limit"),
    CORRECTED("samples that arrived late changed the result"),
    RULE_REMOVED("the rule is no longer configured");

    private final String text;

    Cause(String text) {
      this.text = text;
    }

    /** As a sentence. */
    public String text() {
      return text;
    }
  }
}
