package io.narthex.query.http;

import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.RuleStatus;
import io.narthex.pipeline.status.StatusBoard;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which way each rule is evaluated, and why; fields are described in the module's README. */
final class RuleExplainEndpoint {
  private final StatusBoard status;

  RuleExplainEndpoint(StatusBoard status) {
    this.status = status;
  }

  List<Route> routes() {
    return List.of(Route.get("/api/v1/explain/rules", this::explain));
  }

  private Reply explain(Call call) {
    var page = RuleSelection.of(call.parameters()).page(status.rules());
    var data = new LinkedHashMap<String, Object>();
    data.put("groups", page.groups().stream().map(RuleExplainEndpoint::group).toList());
    if (!page.nextToken().isEmpty()) {
      data.put("groupNextToken", page.nextToken());
    }
    return Reply.data(data);
  }

  private static Map<String, Object> group(RuleGroupStatus group) {
    var json = new LinkedHashMap<String, Object>();
    json.put("name", group.name());
    json.put("file", group.file());
    json.put("rules", group.rules().stream().map(RuleExplainEndpoint::rule).toList());
    return json;
  }

  private static Map<String, Object> rule(RuleStatus rule) {
    var evaluation = rule.evaluation();
    var json = new LinkedHashMap<String, Object>();
    json.put("name", rule.name());
    json.put("type", rule.alerting() == null ? "recording" : "alerting");
    json.put("query", rule.query());
    json.put("evaluation", evaluation.way());
    json.put("reason", evaluation.reason());
    json.put("shared", evaluation.shared());
    json.put("plainTicks", evaluation.plainTicks());
    return json;
  }
}
