package io.narthex.operators.rules;

import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.alert.AlertRuleId;
import io.narthex.pipeline.model.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds notifications back while ticks of the past are caught up, and tells only the newest of each
 * alert in the end: an alert that ended meanwhile is not to fire once more, for a moment, because
 * of a restart. Confined to the evaluator's thread.
 */
final class HeldNotifications {
  private final Map<AlertRuleId, Map<Labels, AlertNotification>> held = new LinkedHashMap<>();

  void hold(AlertBatch batch) {
    if (batch.notifications().isEmpty()) {
      return;
    }
    var alerts = held.computeIfAbsent(batch.rule(), rule -> new LinkedHashMap<>());
    batch.notifications().forEach(notification -> alerts.put(notification.labels(), notification));
  }

  /** What is held; nothing is afterwards. */
  List<AlertBatch> release() {
    var released = new ArrayList<AlertBatch>();
    held.forEach(
        (rule, alerts) ->
            released.add(new AlertBatch(rule, List.of(), List.copyOf(alerts.values()))));
    held.clear();
    return released;
  }
}
