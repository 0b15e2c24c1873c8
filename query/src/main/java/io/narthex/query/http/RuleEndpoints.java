package io.narthex.query.http;

import io.narthex.pipeline.alert.ActiveAlert;
import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.RuleStatus;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.wire.DoubleText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rules, alerts and Alertmanagers. */
final class RuleEndpoints {
  private static final int DEFAULT_HISTORY = 1000;

  private final StatusBoard status;

  RuleEndpoints(StatusBoard status) {
    this.status = status;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/api/v1/alerts", call -> alerts()),
        Route.get("/api/v1/alerts/history", this::history),
        Route.get("/api/v1/rules", this::rules),
        Route.get("/api/v1/alertmanagers", call -> alertmanagers()));
  }

  private Reply rules(Call call) {
    var selection = RuleSelection.of(call.parameters());
    var page = selection.page(status.rules());
    var data = new LinkedHashMap<String, Object>();
    data.put(
        "groups",
        page.groups().stream().map(group -> group(group, selection.excludeAlerts())).toList());
    if (!page.nextToken().isEmpty()) {
      data.put("groupNextToken", page.nextToken());
    }
    return Reply.data(data);
  }

  private Reply alerts() {
    var alerts = new ArrayList<Map<String, Object>>();
    for (var group : status.rules()) {
      for (var rule : group.rules()) {
        if (rule.alerting() != null) {
          rule.alerting().alerts().get().forEach(alert -> alerts.add(alert(alert)));
        }
      }
    }
    return Reply.data(Map.of("alerts", alerts));
  }

  private Reply history(Call call) {
    var parameters = call.parameters();
    int limit = parameters.limit();
    var wanted =
        new AlertHistory.Wanted(
            parameters.get("alertname"),
            parameters.time("start", Long.MIN_VALUE),
            parameters.time("end", Long.MAX_VALUE),
            limit == 0 ? DEFAULT_HISTORY : limit);
    return Reply.data(HistoryBody.of(status.history().find(wanted)));
  }

  private static Map<String, Object> group(RuleGroupStatus group, boolean excludeAlerts) {
    var json = new LinkedHashMap<String, Object>();
    json.put("name", group.name());
    json.put("file", group.file());
    json.put("rules", group.rules().stream().map(rule -> rule(rule, excludeAlerts)).toList());
    json.put("interval", group.intervalSeconds());
    json.put("limit", group.limit());
    json.put("evaluationTime", group.lastDurationSeconds());
    json.put("lastEvaluation", Times.rfc3339(group.lastEvaluation()));
    return json;
  }

  private static Map<String, Object> rule(RuleStatus rule, boolean excludeAlerts) {
    var json = new LinkedHashMap<String, Object>();
    var alerting = rule.alerting();
    if (alerting != null) {
      json.put("state", alerting.state().text());
    }
    json.put("name", rule.name());
    json.put("query", rule.query());
    if (alerting != null) {
      json.put("duration", alerting.holdSeconds());
      json.put("keepFiringFor", alerting.keepFiringSeconds());
      json.put("labels", rule.labels());
      json.put("annotations", alerting.annotations());
      json.put(
          "alerts",
          excludeAlerts
              ? null
              : alerting.alerts().get().stream().map(RuleEndpoints::alert).toList());
    } else if (!rule.labels().isEmpty()) {
      json.put("labels", rule.labels());
    }
    json.put("health", health(rule));
    if (rule.lastError() != null) {
      json.put("lastError", rule.lastError());
    }
    json.put("evaluationTime", rule.lastDurationSeconds());
    json.put("lastEvaluation", Times.rfc3339(rule.lastEvaluation()));
    json.put("type", alerting == null ? "recording" : "alerting");
    return json;
  }

  private static String health(RuleStatus rule) {
    if (rule.lastEvaluation() == 0) {
      return "unknown";
    }
    return rule.lastError() == null ? "ok" : "err";
  }

  private static Map<String, Object> alert(ActiveAlert alert) {
    var json = new LinkedHashMap<String, Object>();
    json.put("labels", alert.labels());
    json.put("annotations", alert.annotations());
    json.put("state", alert.state().text());
    json.put("activeAt", Times.rfc3339(alert.activeAt()));
    if (alert.keepFiringSince() != 0) {
      json.put("keepFiringSince", Times.rfc3339(alert.keepFiringSince()));
    }
    json.put("value", DoubleText.scientific(alert.value()));
    return json;
  }

  private Reply alertmanagers() {
    var data = new LinkedHashMap<String, Object>();
    var found = status.alertmanagers();
    data.put("activeAlertmanagers", urls(found.active()));
    data.put("droppedAlertmanagers", urls(found.dropped()));
    return Reply.data(data);
  }

  private static List<Map<String, String>> urls(List<String> urls) {
    return urls.stream().map(url -> Map.of("url", url)).toList();
  }
}
