package io.narthex.query.http;

import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.alert.AlertHistory.Change;
import io.narthex.pipeline.alert.AlertHistory.Notified;
import io.narthex.pipeline.alert.AlertHistory.Sending;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.wire.DoubleText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The audit trail of alerts as JSON: {@code transitions}, each with the notifications that told of
 * it, and all {@code notifications}, those that repeat among them; the newest first.
 */
final class HistoryBody {
  private HistoryBody() {}

  /** What a notification told: an alert at a tick. */
  private record Told(Labels labels, long tick) {}

  static Map<String, Object> of(AlertHistory.Found found) {
    var sendings = new HashMap<Told, List<Sending>>();
    for (var notified : found.notifications()) {
      sendings
          .computeIfAbsent(new Told(notified.labels(), notified.tick()), told -> new ArrayList<>())
          .add(notified.sending());
    }
    var json = new LinkedHashMap<String, Object>();
    json.put(
        "transitions", found.changes().stream().map(change -> change(change, sendings)).toList());
    json.put("notifications", found.notifications().stream().map(HistoryBody::notified).toList());
    return json;
  }

  private static Map<String, Object> change(Change change, Map<Told, List<Sending>> sendings) {
    var at = change.transition();
    var json = new LinkedHashMap<String, Object>();
    json.put("labels", at.labels());
    json.put("from", at.from().text());
    json.put("to", at.to().text());
    json.put("at", Times.rfc3339(at.tick()));
    json.put("value", DoubleText.of(at.value()));
    json.put("why", at.cause().text());
    json.put("sampleTime", Times.rfc3339(at.sampleTime()));
    json.put("evaluatedAt", Times.rfc3339(at.evaluatedAt()));
    json.put("activeAt", Times.rfc3339(at.activeAt()));
    json.put("file", change.rule().file());
    json.put("group", change.rule().group());
    json.put("rule", change.rule().rule());
    json.put(
        "notifications",
        sendings.getOrDefault(new Told(at.labels(), at.tick()), List.of()).stream()
            .map(sending -> sending(new LinkedHashMap<>(), sending))
            .toList());
    return json;
  }

  private static Map<String, Object> notified(Notified notified) {
    var json = new LinkedHashMap<String, Object>();
    json.put("labels", notified.labels());
    json.put("status", notified.resolvedAt() == 0 ? "firing" : "resolved");
    json.put("at", Times.rfc3339(notified.tick()));
    json.put("startsAt", Times.rfc3339(notified.startsAt()));
    if (notified.resolvedAt() != 0) {
      json.put("endsAt", Times.rfc3339(notified.resolvedAt()));
    }
    return sending(json, notified.sending());
  }

  private static Map<String, Object> sending(Map<String, Object> json, Sending sending) {
    json.put("alertmanager", sending.to());
    json.put("sentAt", Times.rfc3339(sending.at()));
    json.put("taken", sending.taken());
    json.put("answer", sending.answer());
    return json;
  }
}
