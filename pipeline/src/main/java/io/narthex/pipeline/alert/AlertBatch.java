package io.narthex.pipeline.alert;

import java.util.List;

/**
 * What one evaluation of one alerting rule tells: changes of state and what is to be sent. One
 * record of the dataflow.
 */
public record AlertBatch(
    AlertRuleId rule, List<AlertTransition> transitions, List<AlertNotification> notifications) {

  public AlertBatch {
    transitions = List.copyOf(transitions);
    notifications = List.copyOf(notifications);
  }
}
