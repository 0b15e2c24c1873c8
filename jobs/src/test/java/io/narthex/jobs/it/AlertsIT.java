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
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an Alertmanager hears, over reloads and crashes. */
class AlertsIT {
  private static final Logger logger = LoggerFactory.getLogger(AlertsIT.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** {@code -Dalerts.kills} makes more of them. */
  private static final int KILLS = Integer.getInteger("alerts.kills", 2);

  private static final String WATCHED =
      """
      groups:
      - name: watched
        rules:
        - alert: High
          expr: load > 10
          annotations: {summary: 'load {{ $value }}'}
        - {alert: Always, expr: vector(1), for: 2s}
        - {alert: Waiting, expr: vector(1), for: 1d}
      """;

  @TempDir Path folder;

  @Test
  void alerts_overReloads_areToldOnceEach() throws Exception {
    try (var receiver = AlertReceiver.start()) {
      configure(receiver, WATCHED);
      try (var server = server()) {
        server.await("the alerts", () -> push(server, 12) && isFiring(receiver, "High", "Always"));
        assertThat(receiver.of("High").get(0).alert().at("/labels/dc").asText()).isEqualTo("eu");
        assertThat(receiver.of("High").get(0).alert().at("/annotations/summary").asText())
            .isEqualTo("load 12");
        String since = waitingSince(server);

        for (int reload = 0; reload < 3; reload++) {
          String other = "other" + reload;
          configure(
              receiver, WATCHED + RulesIT.rule(other, "load + 1").substring("groups:\n".length()));
          assertThat(server.post("/-/reload", new byte[0]).statusCode()).isEqualTo(200);
          server.await("the new rule", () -> push(server, 12) && server.value(other) == 13);
        }
        configure(receiver, WATCHED);
        assertThat(server.post("/-/reload", new byte[0]).statusCode()).isEqualTo(200);
        server.await(
            "the end of the rule", () -> push(server, 12) && server.query("other2", "").isEmpty());
        assertThat(receiver.of("High")).hasSize(1);
        assertThat(receiver.of("Always")).hasSize(1);
        assertThat(waitingSince(server)).isEqualTo(since);

        server.await(
            "the end of the alert", () -> push(server, 5) && receiver.of("High").size() > 1);
        assertThat(receiver.of("High"))
            .extracting(AlertReceiver.Received::resolved)
            .containsExactly(false, true);
        history(server, receiver);
        assertThat(server.terminate()).as(server.log()).isZero();
      }
    }
  }

  @Test
  void kill9_whileAlertsAreActive_neitherEndsThemNorBeginsThemAnew() throws Exception {
    long seed = Long.getLong("test.seed", System.nanoTime());
    logger.info("{} kills, rerun with -Dtest.seed={}", KILLS, seed);
    var random = new Random(seed);
    try (var receiver = AlertReceiver.start()) {
      configure(receiver, WATCHED);
      String since = "";
      for (int kill = 0; kill <= KILLS; kill++) {
        try (var server = server()) {
          long begun = System.currentTimeMillis();
          server.await("an evaluation", () -> push(server, 12) && evaluated(server) > begun);
          server.await(
              "the alerts", () -> push(server, 12) && isFiring(receiver, "High", "Always"));
          server.await("a checkpoint", this::hasCheckpoint);
          since = since.isEmpty() ? waitingSince(server) : since;
          assertThat(waitingSince(server)).isEqualTo(since);
          if (kill < KILLS) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(3000)));
            server.kill();
            continue;
          }
          server.await(
              "the end",
              () ->
                  push(server, 5)
                      && receiver.of("High").stream().anyMatch(AlertReceiver.Received::resolved));
        }
      }
      for (String alert : new String[] {"High", "Always"}) {
        var told = receiver.of(alert);
        assertThat(told)
            .extracting(AlertReceiver.Received::startsAt)
            .as("%s, seed %d", alert, seed)
            .containsOnly(told.get(0).startsAt());
        assertThat(told.stream().filter(AlertReceiver.Received::resolved))
            .hasSize(alert.equals("High") ? 1 : 0);
      }
      assertThat(receiver.of("Waiting")).isEmpty();
    }
  }

  private static void history(NarthexProcess server, AlertReceiver receiver) throws Exception {
    server.await( // the trail has an answer a little later than the receiver has the alert
        "the trail",
        () ->
            get(server, "/api/v1/alerts/history?alertname=High").at("/data/notifications").size()
                == 2);
    var history = get(server, "/api/v1/alerts/history?alertname=High").at("/data");
    // An alert that a late sample makes fire was never pending.
    assertThat(history.at("/transitions").findValuesAsText("to"))
        .filteredOn(state -> !state.equals("pending"))
        .containsExactly("inactive", "firing");
    var fired = history.at("/transitions/1");
    assertThat(fired.at("/value").asText()).isEqualTo("12");
    assertThat(fired.at("/notifications/0/alertmanager").asText())
        .isEqualTo("http://" + receiver.address() + "/api/v2/alerts");
    assertThat(fired.at("/notifications/0/answer").asText()).isEqualTo("HTTP status 200");
    assertThat(history.at("/notifications").findValuesAsText("status"))
        .containsExactly("resolved", "firing");
  }

  private NarthexProcess server() throws IOException {
    return NarthexProcess.server(
            folder,
            "--config.file=prometheus.yml",
            "--web.enable-lifecycle",
            "--rules.alert.resend-delay=1d")
        .awaitReady();
  }

  private void configure(AlertReceiver receiver, String rules) throws IOException {
    Files.writeString(
        folder.resolve("prometheus.yml"),
        """
        global: {evaluation_interval: 1s, external_labels: {dc: eu}}
        rule_files: [rules.yml]
        alerting: {alertmanagers: [{static_configs: [{targets: ['%s']}]}]}
        """
            .formatted(receiver.address()));
    Files.writeString(folder.resolve("rules.yml"), rules);
  }

  private boolean hasCheckpoint() throws IOException {
    try (var files = Files.walk(folder.resolve("data/flink/checkpoints"))) {
      return files.anyMatch(file -> file.endsWith("_metadata"));
    }
  }

  private static boolean isFiring(AlertReceiver receiver, String... alerts) {
    for (String alert : alerts) {
      if (receiver.of(alert).isEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** Since when the alert is pending that never fires. */
  private static String waitingSince(NarthexProcess server) throws Exception {
    for (var alert : get(server, "/api/v1/alerts").at("/data/alerts")) {
      if (alert.at("/labels/alertname").asText().equals("Waiting")) {
        return alert.at("/activeAt").asText();
      }
    }
    throw new AssertionError("the alert is not pending:\n" + server.log());
  }

  /** The tick evaluated last, milliseconds; 0 while windows are still filled. */
  private static long evaluated(NarthexProcess server) throws IOException, InterruptedException {
    var groups = get(server, "/api/v1/rules").at("/data/groups");
    return groups.isEmpty()
        ? 0
        : Instant.parse(groups.at("/0/lastEvaluation").asText()).toEpochMilli();
  }

  private static boolean push(NarthexProcess server, double value)
      throws IOException, InterruptedException {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), System.currentTimeMillis());
    batch.series(Labels.of("__name__", "load", "job", "a")).value(value);
    return server.write(RemoteWriteEncoder.compressed(batch.build())).statusCode() / 100 == 2;
  }

  private static JsonNode get(NarthexProcess server, String path)
      throws IOException, InterruptedException {
    return JSON.readTree(server.get(path).body());
  }
}
