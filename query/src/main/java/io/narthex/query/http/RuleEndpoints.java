package io.narthex.query.http;

import io.narthex.pipeline.status.StatusBoard;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rules, alerts and Alertmanagers. */
final class RuleEndpoints {
  private final StatusBoard status;

  RuleEndpoints(StatusBoard status) {
    this.status = status;
  }

  List<Route> routes() {
    return List.of(
        Route.get("/api/v1/alerts", call -> Reply.data(Map.of("alerts", List.of()))),
        Route.get("/api/v1/rules", RuleEndpoints::rules),
        Route.get("/api/v1/alertmanagers", call -> alertmanagers()));
  }

  private static Reply rules(Call call) {
    var parameters = call.parameters();
    String type = parameters.get("type").toLowerCase(Locale.ROOT);
    if (!type.isEmpty() && !type.equals("alert") && !type.equals("record")) {
      throw Parameters.invalid("type", "not supported value " + Go.quote(type));
    }
    String exclude = parameters.get("exclude_alerts");
    if (!exclude.isEmpty()) {
      try {
        Go.parseBool(exclude);
      } catch (IllegalArgumentException e) {
        throw Parameters.invalid(
            "exclude_alerts", "error converting exclude_alerts: " + e.getMessage());
      }
    }
    checkPage(parameters);
    return Reply.data(Map.of("groups", List.of()));
  }

  private static void checkPage(Parameters parameters) {
    String limit = parameters.get("group_limit");
    if (limit.isEmpty()) {
      if (!parameters.get("group_next_token").isEmpty()) {
        throw Parameters.invalid(
            "group_next_token",
            "group_limit needs to be present in order to paginate over the groups");
      }
      return;
    }
    long number;
    try {
      number = Long.parseLong(limit);
    } catch (NumberFormatException e) {
      throw Parameters.invalid(
          "group_limit",
          "group_limit needs to be a valid number: strconv.ParseInt: parsing "
              + Go.quote(limit)
              + ": "
              + Go.numberFault(limit));
    }
    if (number <= 0) {
      throw Parameters.invalid("group_limit", "group_limit needs to be greater than 0");
    }
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
