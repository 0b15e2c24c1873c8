package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.RuleStatus;
import io.narthex.query.promql.QueryValue;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RuleExplainEndpointTest {
  private final ApiServer server =
      new ApiServer(request -> new QueryValue.Scalar(0, 1), ApiOptions.DEFAULT);

  @BeforeEach
  void rules() {
    var kept =
        new RuleStatus.Evaluation("incremental", List.of("rate(a[5m])"), "all of it is kept", 2);
    var asked = new RuleStatus.Evaluation("plain", List.of(), "nothing of it can be kept", 0);
    var alerting = new RuleStatus.Alerting(0, 0, Map.of(), AlertState.INACTIVE, List::of);
    server.board.rules(
        List.of(
            group("first", rule("a:rate", "rate(a[5m])", kept, null)),
            group("second", rule("High", "b > 1", asked, alerting))));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void explainRules_eachRule_tellsItsWay() {
    var groups = server.data("/api/v1/explain/rules").path("groups");

    assertThat(groups).hasSize(2);
    assertThat(groups.at("/0/rules/0").toString())
        .isEqualTo(
            "{\"name\":\"a:rate\",\"type\":\"recording\",\"query\":\"rate(a[5m])\","
                + "\"evaluation\":\"incremental\",\"reason\":\"all of it is kept\","
                + "\"shared\":[\"rate(a[5m])\"],\"plainTicks\":2}");
    assertThat(groups.at("/1/rules/0/type").asText()).isEqualTo("alerting");
    assertThat(groups.at("/1/rules/0/evaluation").asText()).isEqualTo("plain");
  }

  @Test
  void explainRules_selection_isThatOfTheListOfRules() {
    String path = "/api/v1/explain/rules";
    assertThat(server.data(path + "?rule_name%5B%5D=High").at("/groups/0/name").asText())
        .isEqualTo("second");
    assertThat(server.data(path + "?file%5B%5D=other.yml").path("groups")).isEmpty();
    var page = server.data(path + "?group_limit=1");
    assertThat(page.path("groups")).hasSize(1);
    assertThat(page.path("groupNextToken").asText()).isNotEmpty();
    assertThat(server.get(path + "?type=x").statusCode()).isEqualTo(400);
  }

  private static RuleGroupStatus group(String name, RuleStatus rule) {
    return new RuleGroupStatus(name, "r.yml", 15, 0, List.of(rule), 0, 0, 0);
  }

  private static RuleStatus rule(
      String name, String query, RuleStatus.Evaluation way, RuleStatus.Alerting alerting) {
    return new RuleStatus(name, query, Map.of(), null, 0, 0, way, alerting);
  }
}
