package io.narthex.operators.alert;

import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.model.Labels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from an evaluation.
 *
 * @param state from which the next one goes on
 * @param series points of {@code ALERTS} and {@code ALERTS_FOR_STATE} at the tick's sample time
 * @param transitions changes of state
 * @param notifications what the Alertmanagers are to hear
 * @param error why the evaluation failed, in Prometheus' words; null if it did not. A rule that
 *     failed has no series and no notifications
 */
public record AlertOutcome(
    AlertRuleState state,
    List<Point> series,
    List<AlertTransition> transitions,
    List<AlertNotification> notifications,
    @Nullable String error) {

  /** A sample that the rule writes. */
  public record Point(Labels labels, double value) {}

  static AlertOutcome nothing(AlertRuleState state) {
    return new AlertOutcome(state, List.of(), List.of(), List.of(), null);
  }

  static AlertOutcome failed(
      AlertRuleState state, List<AlertTransition> transitions, String error) {
    return new AlertOutcome(state, List.of(), transitions, List.of(), error);
  }
}
