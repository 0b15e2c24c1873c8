package io.narthex.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pipeline on a cluster of processes, read by a query server that shares nothing but a folder.
 */
class ClusterIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of how many targets there are, not of how they are: a scrape may fail on a busy machine. */
  private static final String RULES =
      """
      groups:
      - name: watched
        rules:
        - {record: 'job:up:count', expr: count(up)}
        - {alert: Busy, expr: 'job:up:count == 8', for: 2s}
        - {alert: Waiting, expr: 'job:up:count == 8', for: 1h}
      """;

  @TempDir Path folder;

  @Test
  void submit_toTwoTaskManagers_scrapesIntoASharedFolderThatAQueryServerReads() throws Exception {
    var target = target();
    Path shared = Files.createDirectories(folder.resolve("shared"));
    Path config = configure(target, "global: {scrape_interval: 1s}\n");
    try (var cluster = FlinkCluster.start(Files.createDirectories(folder.resolve("flink")), 2);
        var reader = reader(shared)) {
      submit(cluster, config, shared);
      try {
        reader.await("samples of all targets", () -> reader.value("sum(up)") == 8);
        reader.await("a rate", () -> reader.value("sum(rate(pages_total[1m]))") > 0);
      } catch (IllegalStateException e) {
        throw new AssertionError(cluster.log(), e);
      }
    } finally {
      target.stop(0);
    }
    assertThat(writersWithSegments(shared))
        .as("task managers that wrote")
        .isGreaterThanOrEqualTo(2);
  }

  @Test
  void rules_onACluster_keepTheStateOfAlertsWhenATaskManagerIsLost() throws Exception {
    var target = target();
    Path shared = Files.createDirectories(folder.resolve("shared"));
    try (var receiver = AlertReceiver.start();
        var cluster = FlinkCluster.start(Files.createDirectories(folder.resolve("flink")), 2);
        var reader = reader(shared)) {
      Files.writeString(folder.resolve("a.rules.yml"), RULES);
      Path config =
          configure(
              target,
              """
              global: {scrape_interval: 1s, evaluation_interval: 1s}
              rule_files: ['*.rules.yml']
              alerting: {alertmanagers: [{static_configs: [{targets: ['%s']}]}]}
              """
                  .formatted(receiver.address()));
      submit(cluster, config, shared);
      try {
        reader.await("a recorded sample", () -> reader.value("job:up:count") == 8);
        reader.await("the alert's receipt", () -> !receiver.of("Busy").isEmpty());
        reader.await("a pending alert", () -> !waitingSince(reader).isEmpty());
        reader.await("its trail", () -> changesOf(reader, "Waiting") > 0);
        // Points of two checkpoints: the first of them is complete, with the state of its time.
        reader.await(
            "a checkpoint with it",
            () -> reader.value("count_over_time(ALERTS_FOR_STATE{alertname='Waiting'}[1m])") > 6);
        String since = waitingSince(reader);
        assertThat(health(reader)).containsExactly("ok", "ok", "ok");

        cluster.killTaskManager();
        long killedAt = System.currentTimeMillis();
        cluster.addTaskManager();
        String behind = "timestamp(job:up:count) > " + (killedAt / 1000 + 20);
        reader.await("samples after the loss", () -> !reader.query(behind, "").isEmpty());
        assertThat(waitingSince(reader)).isEqualTo(since);
        assertThat(reader.value("ALERTS_FOR_STATE{alertname=\"Waiting\"}"))
            .isEqualTo((double) Instant.parse(since).getEpochSecond());
        assertThat(changesOf(reader, "Waiting")).isEqualTo(1);
        assertThat(receiver.of("Busy")).noneMatch(AlertReceiver.Received::resolved);
        assertThat(receiver.of("Busy"))
            .extracting(AlertReceiver.Received::startsAt)
            .containsOnly(receiver.of("Busy").get(0).startsAt());

        Files.writeString(
            folder.resolve("b.rules.yml"),
            """
            groups:
            - name: later
              rules: [{record: 'targets:seen', expr: 'count_over_time(count(up)[10s:1s])'}]
            """);
        run(
            cluster,
            List.of(
                "rules", "apply", "--config.file=" + config, "--storage.shared.path=" + shared));
        reader.await("a rule that came later", () -> reader.value("targets:seen") == 10);
        assertThat(waitingSince(reader)).isEqualTo(since);
        assertThat(receiver.of("Busy")).noneMatch(AlertReceiver.Received::resolved);
      } catch (IllegalStateException e) {
        throw new AssertionError(cluster.log(), e);
      }
    } finally {
      target.stop(0);
    }
  }

  private static String waitingSince(NarthexProcess reader)
      throws IOException, InterruptedException {
    for (var alert : json(reader, "/api/v1/alerts").at("/data/alerts")) {
      if (alert.at("/labels/alertname").asText().equals("Waiting")) {
        assertThat(alert.at("/state").asText()).isEqualTo("pending");
        return alert.at("/activeAt").asText();
      }
    }
    return "";
  }

  private static int changesOf(NarthexProcess reader, String alert)
      throws IOException, InterruptedException {
    return json(reader, "/api/v1/alerts/history?alertname=" + alert).at("/data/transitions").size();
  }

  private static List<String> health(NarthexProcess reader)
      throws IOException, InterruptedException {
    return json(reader, "/api/v1/rules").findValuesAsText("health");
  }

  private static JsonNode json(NarthexProcess reader, String path)
      throws IOException, InterruptedException {
    return JSON.readTree(reader.get(path).body());
  }

  private NarthexProcess reader(Path shared) throws IOException {
    return NarthexProcess.start(
            folder,
            NarthexProcess.freePort(),
            List.of("query-server", "--storage.shared.path=" + shared))
        .awaitReady();
  }

  private static HttpServer target() throws IOException {
    var pages = new AtomicInteger();
    var target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    target.createContext(
        "/metrics",
        exchange -> {
          byte[] page =
              ("# TYPE pages_total counter\npages_total " + pages.incrementAndGet() + "\n")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    target.start();
    return target;
  }

  /** Eight names for one target: enough for both readers to have some. */
  private Path configure(HttpServer target, String begin) throws IOException {
    var text = new StringBuilder(begin);
    text.append("scrape_configs:\n- job_name: cluster\n  static_configs:\n");
    for (int i = 0; i < 8; i++) {
      text.append(
          "  - {targets: ['127.0.0.1:%d'], labels: {number: '%d'}}\n"
              .formatted(target.getAddress().getPort(), i));
    }
    return Files.writeString(folder.resolve("prometheus.yml"), text.toString());
  }

  private static int writersWithSegments(Path shared) throws IOException {
    int count = 0;
    try (var writers = Files.list(shared.resolve("segments"))) {
      for (Path writer : writers.toList()) {
        try (var segments = Files.list(writer)) {
          count += segments.anyMatch(Files::isDirectory) ? 1 : 0;
        }
      }
    }
    return count;
  }

  private void submit(FlinkCluster cluster, Path config, Path shared) throws Exception {
    run(
        cluster,
        List.of(
            "submit",
            "--flink.address=" + cluster.address(),
            "--config.file=" + config,
            "--storage.shared.path=" + shared,
            "--parallelism=2"));
  }

  private void run(FlinkCluster cluster, List<String> arguments) throws Exception {
    var command = NarthexProcess.run(folder, arguments);
    assertThat(command.await()).as(command.log() + cluster.log()).isZero();
  }
}
