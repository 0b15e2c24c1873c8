package io.narthex.pipeline.alert;

import java.util.List;

/**
 * What one evaluation of one alerting rule tells: changes of state and what is to be sent. One
 * record of the dataflow. One that tells nothing is {@link #CAUGHT_UP}.
 */
public record AlertBatch(
    AlertRuleId rule, List<AlertTransition> transitions, List<AlertNotification> notifications) {

  /** Follows all that is told of the time before a start. */
  public static final AlertBatch CAUGHT_UP =
      new AlertBatch(new AlertRuleId("", "", ""), List.of(), List.of());

  public AlertBatch {
    transitions = List.copyOf(transitions);
    notifications = List.copyOf(notifications);
  }

  /** Whether it tells nothing but that all of the time before a start is told. */
  public boolean isCaughtUp() {
    return transitions.isEmpty() && notifications.isEmpty();
  }
}
