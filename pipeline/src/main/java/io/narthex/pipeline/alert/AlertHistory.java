package io.narthex.pipeline.alert;

import io.narthex.pipeline.model.Labels;
import java.util.List;

/**
 * The audit trail of alerts: what changed and why, and who was told when with what answer. Safe for
 * use by several threads; writing never waits.
 */
public interface AlertHistory {
  /** Keeps nothing. */
  AlertHistory NONE =
      new AlertHistory() {
        @Override
        public void changed(AlertRuleId rule, List<AlertTransition> transitions) {}

        @Override
        public void sent(List<AlertNotification> notifications, Sending sending) {}

        @Override
        public void flush() {}

        @Override
        public Found find(Wanted wanted) {
          return new Found(List.of(), List.of());
        }
      };

  /** Notes changes of state. A change that is noted twice counts once. */
  void changed(AlertRuleId rule, List<AlertTransition> transitions);

  /** Notes that an Alertmanager has taken notifications, or that they were given up. */
  void sent(List<AlertNotification> notifications, Sending sending);

  /** Returns when what was noted before is written. */
  void flush() throws InterruptedException;

  /**
   * Looks for entries.
   *
   * @throws java.io.UncheckedIOException if the trail cannot be read
   */
  Found find(Wanted wanted);

  /**
   * How a request to an Alertmanager ended.
   *
   * @param to URL of the Alertmanager
   * @param at when, milliseconds
   * @param taken whether the notifications were taken
   * @param answer HTTP status, or why there was none
   */
  record Sending(String to, long at, boolean taken, String answer) {}

  /** A change of a rule's alert. */
  record Change(AlertRuleId rule, AlertTransition transition) {}

  /**
   * A notification that has ended its way.
   *
   * @param labels of the alert, without external labels
   * @param tick the evaluation that sent it, milliseconds
   * @param startsAt when the alert began to fire, milliseconds
   * @param resolvedAt when it ended, milliseconds; 0 while it fires
   */
  record Notified(Labels labels, long tick, long startsAt, long resolvedAt, Sending sending) {}

  /**
   * What a reader wants.
   *
   * @param alertName the label {@literal alertname}; empty for all
   * @param from first tick, milliseconds
   * @param to last tick, milliseconds
   * @param limit most changes, and most notifications
   */
  record Wanted(String alertName, long from, long to, int limit) {}

  /** Changes and notifications, each in order of noting, the newest first. */
  record Found(List<Change> changes, List<Notified> notifications) {
    public Found {
      changes = List.copyOf(changes);
      notifications = List.copyOf(notifications);
    }
  }
}
