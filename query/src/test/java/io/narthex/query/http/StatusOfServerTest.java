package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.config.ConfigurationLoader;
import io.narthex.query.promql.QueryValue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatusOfServerTest {
  private static final String CONFIGURATION =
      """
      scrape_configs:
      - job_name: self
        basic_auth: {username: me, password: hidden}
        static_configs: [{targets: ["h:1"]}]
        relabel_configs:
        - {source_labels: [__address__], target_label: host, regex: "(.*):.*"}
        - {action: drop, source_labels: [host], regex: h}
        - {target_label: never, replacement: seen}
      """;

  private final ApiServer server =
      new ApiServer(request -> new QueryValue.Scalar(0, 1), ApiOptions.DEFAULT);

  @AfterEach
  void stop() {
    server.close();
  }

  private void configure() {
    server.configuration = ConfigurationLoader.load(CONFIGURATION, Path.of("").toAbsolutePath());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void relabelSteps_ruleThatDrops_laterStepsKeepNothing() {
    configure();

    var steps =
        server
            .data(
                "/api/v1/targets/relabel_steps?scrapePool=self&labels="
                    + encoded("{\"__address__\":\"h:1\"}"))
            .path("steps");

    assertThat(steps).hasSize(3);
    assertThat(steps.path(0).path("output").path("host").asText()).isEqualTo("h");
    assertThat(steps.path(0).path("rule").path("regex").asText()).isEqualTo("(.*):.*");
    assertThat(steps.path(0).path("keep").asBoolean()).isTrue();
    assertThat(steps.path(1).path("rule").path("action").asText()).isEqualTo("drop");
    assertThat(steps.path(1).path("keep").asBoolean()).isFalse();
    assertThat(steps.path(2).path("keep").asBoolean()).isFalse();
    assertThat(steps.path(2).path("output")).isEmpty();
  }

  @Test
  void relabelSteps_badParameters_sayWhatIsWrong() {
    configure();

    String path = "/api/v1/targets/relabel_steps";
    assertThat(server.get(path).body()).contains("no scrapePool parameter provided");
    assertThat(server.get(path + "?scrapePool=self").body())
        .contains("no labels parameter provided");
    assertThat(server.get(path + "?scrapePool=self&labels=%5B%5D").body())
        .contains("error parsing labels: want an object");
    var unknown = server.get(path + "?scrapePool=other&labels=%7B%7D");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("unknown scrape pool \\\"other\\\"");
  }

  @Test
  void scrapePoolConfig_passwordInIt_isHidden() {
    configure();

    String yaml = server.data("/api/v1/scrape_pools/config?scrapePool=self").path("yaml").asText();

    assertThat(yaml).startsWith("job_name: self\n").contains("password: <secret>");
    assertThat(yaml).doesNotContain("hidden");
  }

  @Test
  void notifications_whatHolds_isListedUntilWithdrawn() {
    assertThat(server.data("/api/v1/notifications")).isEmpty();
    server.notifications.tell("A thing.");
    server.notifications.tell("A thing.");

    var list = server.data("/api/v1/notifications");

    assertThat(list).hasSize(1);
    assertThat(list.path(0).path("text").asText()).isEqualTo("A thing.");
    assertThat(list.path(0).path("active").asBoolean()).isTrue();
    server.notifications.withdraw("A thing.");
    assertThat(server.data("/api/v1/notifications")).isEmpty();
  }

  @Test
  void live_followersUpToTheLimit_getWhatHoldsAndChanges() throws Exception {
    server.notifications.tell("A thing.");
    try (var first = live();
        var second = live()) {
      assertThat(first.readLine()).startsWith("data: {\"text\":\"A thing.\"");
      assertThat(second.readLine()).startsWith("data: {\"text\":\"A thing.\"");
      assertThat(server.get("/api/v1/notifications/live").statusCode())
          .as("a third one")
          .isEqualTo(204);

      server.notifications.withdraw("A thing.");

      assertThat(first.readLine()).isEmpty();
      assertThat(first.readLine()).endsWith("\"active\":false}");
    }
    while (!server.notifications.hasPlace()) {
      Thread.onSpinWait(); // until the server has seen that they went
    }
  }

  private BufferedReader live() throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(server.uri("/api/v1/notifications/live")).build();
    var answer = server.client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
  }

  @Test
  void selfMetrics_pattern_wholeNamesOnly() {
    server.get("/api/v1/status/buildinfo");

    var families =
        server.data("/api/v1/status/self_metrics?metric_name_pattern=prometheus_http_requests_.*");

    assertThat(families).hasSize(1);
    assertThat(families.path(0).path("name").asText()).isEqualTo("prometheus_http_requests_total");
    assertThat(families.path(0).path("type").asText()).isEqualTo("COUNTER");
    assertThat(families.path(0).path("metric").path(0).path("counter").path("value").isNumber())
        .isTrue();
    assertThat(server.data("/api/v1/status/self_metrics?metric_name_pattern=http_requests"))
        .isEmpty();
    String nested = "((a%7B1000%7D)%7B1000%7D)%7B1000%7D";
    var refused = server.get("/api/v1/status/self_metrics?metric_name_pattern=" + nested);
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("expression is too large");
    var durations =
        server.data(
            "/api/v1/status/self_metrics?metric_name_pattern=prometheus_http_request_duration_seconds");
    var buckets = durations.path(0).path("metric").path(0).path("histogram").path("bucket");
    assertThat(buckets.path(buckets.size() - 1).path("upperBound").asText()).isEqualTo("Infinity");
  }
}
