package io.narthex.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.RemoteWriteEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules and alerts as their user meets them. */
class RulesIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void ruleFiles_onTheStream_areEvaluatedAndShown() throws Exception {
    write(
        "prometheus.yml",
        """
        global: {scrape_interval: 1s, evaluation_interval: 1s, external_labels: {dc: eu}}
        rule_files: [rules.yml]
        """);
    write(
        "rules.yml",
        """
        groups:
        - name: recorded
          rules:
          - {record: 'job:load:sum', expr: sum by (job) (load), labels: {kind: sum}}
          - {record: 'job:load:next', expr: 'job:load:sum + 1'}
        - name: watched
          labels: {team: a}
          rules:
          - alert: High
            expr: 'job:load:sum > 10'
            for: 2s
            labels: {severity: page}
            annotations: {summary: '{{ $labels.job }} is at {{ $value }} in {{ $externalLabels.dc }}'}
          - {alert: Low, expr: 'job:load:sum < 1'}
          - {record: failing, expr: 'label_replace(load, "instance", "x", "job", ".*")'}
        """);
    try (var server = NarthexProcess.server(folder, "--config.file=prometheus.yml").awaitReady()) {
      assertThat(get(server, "/api/v1/rules").at("/data/groups").findValuesAsText("health"))
          .hasSize(5);
      server.await(
          "a recorded sample",
          () -> {
            load(server, 7, 5);
            return server.value("job:load:next{kind=\"sum\"}") == 13;
          });
      server.await(
          "a firing alert",
          () -> {
            load(server, 7, 5);
            return server.value("ALERTS{alertname=\"High\",alertstate=\"firing\"}") == 1;
          });
      var alert = get(server, "/api/v1/alerts").at("/data/alerts/0");
      assertThat(alert.at("/labels/team").asText()).isEqualTo("a");
      assertThat(alert.at("/labels/severity").asText()).isEqualTo("page");
      assertThat(alert.at("/annotations/summary").asText()).isEqualTo("a is at 12 in eu");
      assertThat(alert.at("/value").asText()).isEqualTo("1.2e+01");
      assertThat(server.value("ALERTS_FOR_STATE")).isPositive();

      var groups = get(server, "/api/v1/rules").at("/data/groups");
      assertThat(groups.findValuesAsText("health")).containsExactly("ok", "ok", "ok", "ok", "err");
      assertThat(groups.at("/1/rules/0/state").asText()).isEqualTo("firing");
      assertThat(groups.at("/1/rules/1/state").asText()).isEqualTo("inactive");
      assertThat(groups.at("/1/rules/2/lastError").asText()).contains("same labelset");
      var alerting = get(server, "/api/v1/rules?type=alert&rule_name[]=Low").at("/data/groups");
      assertThat(alerting.findValuesAsText("type")).containsExactly("alerting");
      var page = get(server, "/api/v1/rules?group_limit=1").at("/data");
      String token = page.at("/groupNextToken").asText();
      var next = get(server, "/api/v1/rules?group_limit=1&group_next_token=" + token).at("/data");
      assertThat(next.at("/groups/0/name").asText()).isEqualTo("watched");
      assertThat(next.has("groupNextToken")).isFalse();

      server.await(
          "the end of the alert",
          () -> {
            load(server, 3, 3);
            return get(server, "/api/v1/alerts").at("/data/alerts").isEmpty();
          });
      server.await("the end of its series", () -> server.query("ALERTS", "").isEmpty());
      assertThat(server.get("/metrics").body())
          .containsPattern(
              "prometheus_rule_group_iterations_total\\{rule_group=\"[^\"]*;watched\"\\} [1-9]")
          .containsPattern(
              "prometheus_rule_evaluation_failures_total\\{rule_group=\"[^\"]*;watched\"\\} [1-9]");
      assertThat(server.terminate()).as(server.log()).isZero();
    }
  }

  @Test
  void reload_otherEvaluationInterval_isTheStepOfSubqueriesInQueriesAndRules() throws Exception {
    String config = "global: {evaluation_interval: %s}\nrule_files: [rules.yml]\n";
    write("prometheus.yml", config.formatted("1s"));
    write(
        "rules.yml",
        """
        groups:
        - name: g
          interval: 1s
          rules: [{record: steps, expr: 'count_over_time(vector(1)[12s:])'}]
        """);
    try (var server =
        NarthexProcess.server(folder, "--config.file=prometheus.yml", "--web.enable-lifecycle")
            .awaitReady()) {
      server.await("the rule", () -> server.value("steps") == 12);
      assertThat(server.value("count_over_time(vector(1)[12s:])")).isEqualTo(12);

      write("prometheus.yml", config.formatted("3s"));
      assertThat(server.post("/-/reload", new byte[0]).statusCode()).isEqualTo(200);

      assertThat(server.value("count_over_time(vector(1)[12s:])")).isEqualTo(4);
      server.await("the rule after the reload", () -> server.value("steps") == 4);
    }
  }

  @Test
  void reload_ofFaultyRules_isRefusedAndGoodOnesGoOn() throws Exception {
    write("prometheus.yml", "global: {evaluation_interval: 1s}\nrule_files: ['*.rules.yml']\n");
    write("a.rules.yml", rule("one", "vector(1)"));
    try (var server =
        NarthexProcess.server(folder, "--config.file=prometheus.yml", "--web.enable-lifecycle")
            .awaitReady()) {
      server.await("a sample", () -> server.value("one") == 1);
      write("b.rules.yml", rule("two", "sum by (x (y)"));
      var refused = server.post("/-/reload", new byte[0]);
      assertThat(refused.statusCode()).isEqualTo(500);
      assertThat(refused.body()).contains("b.rules.yml:4:", "expr: could not parse expression");
      assertThat(get(server, "/api/v1/rules").at("/data/groups")).hasSize(1);

      write("b.rules.yml", rule("two", "one + 1"));
      assertThat(server.post("/-/reload", new byte[0]).statusCode()).isEqualTo(200);
      server.await("a sample of the new rule", () -> server.value("two") == 2);

      Files.delete(folder.resolve("a.rules.yml"));
      Files.delete(folder.resolve("b.rules.yml"));
      assertThat(server.post("/-/reload", new byte[0]).statusCode()).isEqualTo(200);
      server.await(
          "the end of the series", () -> server.query("{__name__=~\"one|two\"}", "").isEmpty());
      assertThat(get(server, "/api/v1/rules").at("/data/groups")).isEmpty();
    }
  }

  @Test
  void start_onFaultyRules_saysWhere() throws Exception {
    write("prometheus.yml", "rule_files: [rules.yml]\n");
    write("rules.yml", rule("one", "rate(x)"));
    try (var server = NarthexProcess.server(folder, "--config.file=prometheus.yml")) {
      assertThat(server.await()).isEqualTo(2);
      assertThat(server.log()).contains("rules.yml:4:", "expected type range vector");
    }
  }

  static JsonNode get(NarthexProcess server, String path) throws IOException, InterruptedException {
    return JSON.readTree(server.get(path.replace("[", "%5B").replace("]", "%5D")).body());
  }

  static String rule(String name, String expression) {
    return "groups:\n- name: %s\n  rules:\n  - {record: %s, expr: '%s'}\n"
        .formatted(name, name, expression);
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(folder.resolve(file), text);
  }

  private static void load(NarthexProcess server, double first, double second)
      throws IOException, InterruptedException {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), System.currentTimeMillis());
    batch.series(Labels.of("__name__", "load", "instance", "1", "job", "a")).value(first);
    batch.series(Labels.of("__name__", "load", "instance", "2", "job", "a")).value(second);
    server.write(RemoteWriteEncoder.compressed(batch.build()));
  }
}
