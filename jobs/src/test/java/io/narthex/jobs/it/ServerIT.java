package io.narthex.jobs.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.RemoteWriteEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server as its user meets it. */
class ServerIT {
  @TempDir Path folder;

  @Test
  void server_withoutConfiguration_scrapesItselfAndEndsCleanly() throws Exception {
    Files.writeString(
        folder.resolve("fast.yml"),
        """
        global:
          scrape_interval: 1s
        scrape_configs:
        - job_name: self
          file_sd_configs:
          - files: [targets.yml]
        """);
    try (var server = NarthexProcess.server(folder, "--config.file=fast.yml").awaitReady()) {
      Files.writeString(
          folder.resolve("targets.yml"), "- targets: ['" + server.uri("").getAuthority() + "']\n");
      server.await("a scrape", () -> server.value("up") == 1);
      server.await(
          "a rate", () -> server.value("sum(rate(prometheus_http_requests_total[1m]))") > 0);
      assertThat(server.get("/api/v1/targets").body()).contains("\"health\":\"up\"");
      server.await(
          "the pipeline to count samples and to tell its watermark",
          () ->
              server
                  .get("/api/v1/status/pipeline")
                  .body()
                  .matches(
                      "(?s).*\"state\":\"RUNNING\".*\"name\":\"scrape\".*\"samples\":[1-9].*\"watermark\":[1-9].*"));
      assertThat(server.terminate()).as(server.log()).isZero();
    }
    try (var server = NarthexProcess.server(folder).awaitReady()) {
      assertThat(server.value("count_over_time(up{job=\"self\"}[10m])")).isPositive();
      server.await("a scrape by the built-in configuration", () -> server.value("count(up)") >= 1);
      assertThat(server.get("/").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void reload_faultyConfiguration_isRefusedAndTheOneBeforeStays() throws Exception {
    var config = folder.resolve("prometheus.yml");
    Files.writeString(config, "global: {scrape_interval: 1s}\n");
    try (var server =
        NarthexProcess.server(folder, "--config.file=prometheus.yml", "--web.enable-lifecycle")
            .awaitReady()) {
      Files.writeString(config, "global: {scrape_intervall: 1s}\n");
      var refused = server.post("/-/reload", new byte[0]);
      assertThat(refused.statusCode()).isEqualTo(500);
      assertThat(refused.body())
          .contains("prometheus.yml:1", "scrape_intervall", "scrape_interval");

      String self = server.uri("").getAuthority();
      Files.writeString(
          config,
          "global: {scrape_interval: 1s}\nscrape_configs: [{job_name: a, static_configs: [{targets: ['"
              + self
              + "']}]}]\n");
      server.signal("HUP");
      server.await("a scrape of the new job", () -> server.value("up{job=\"a\"}") == 1);

      Files.writeString(config, "global: {scrape_interval: 1s}\n");
      assertThat(server.post("/-/reload", new byte[0]).statusCode()).isEqualTo(200);
      server.await("the job's series to end", () -> server.query("up", "").isEmpty());
    }
  }

  @Test
  void garbage_ofManyKinds_getsClearErrorsAndTheServerGoesOn() throws Exception {
    try (var server = NarthexProcess.server(folder).awaitReady()) {
      assertThat(server.write("not snappy".getBytes(UTF_8)).statusCode()).isEqualTo(400);
      assertThat(server.write(new byte[0]).statusCode()).isEqualTo(400);
      byte[] declaresOneGigabyte = {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 4, 0};
      assertThat(server.write(declaresOneGigabyte).statusCode()).isIn(400, 413);
      byte[] noProtobuf = RemoteWriteEncoder.snappy("this is not protobuf".getBytes(UTF_8));
      assertThat(server.write(noProtobuf).statusCode()).isEqualTo(400);
      byte[] good = request(Labels.of("__name__", "ok", "a", "b"));
      byte[] truncated = java.util.Arrays.copyOf(good, good.length - 3);
      assertThat(server.write(truncated).statusCode()).isEqualTo(400);
      var nameless = server.write(request(Labels.of("a", "b")));
      assertThat(nameless.statusCode()).isEqualTo(400);
      assertThat(nameless.body()).isNotBlank();
      assertThat(server.get("/api/v1/query?query=sum(").statusCode()).isEqualTo(400);
      assertThat(server.get("/api/v1/query?query=up&time=yesterday").body()).contains("bad_data");
      assertThat(server.get("/api/v1/nothing").statusCode()).isEqualTo(404);
      assertThat(server.post("/api/v1/write", good, "Content-Type", "text/plain").statusCode())
          .isEqualTo(415);

      assertThat(server.write(good).statusCode()).isEqualTo(204);
      assertThat(server.value("ok")).isEqualTo(1);
    }
  }

  @Test
  void configuration_withFaults_stopsTheStartAndNamesThePlaces() throws Exception {
    Files.writeString(
        folder.resolve("bad.yml"),
        "global:\n  scrape_interval: soon\nscrape_configs:\n- job_nam: a\n");
    try (var server = NarthexProcess.server(folder, "--config.file=bad.yml")) {
      assertThat(server.await()).isEqualTo(2);
      assertThat(server.log()).contains("bad.yml:2", "scrape_interval", "bad.yml:4", "job_nam");
    }
  }

  @Test
  void configuration_withPartsNotBuilt_stopsTheStart() throws Exception {
    Files.writeString(
        folder.resolve("sd.yml"),
        "scrape_configs:\n- job_name: a\n  consul_sd_configs: [{server: 'localhost:8500'}]\n");
    try (var server = NarthexProcess.server(folder, "--config.file=sd.yml")) {
      assertThat(server.await()).isEqualTo(2);
      assertThat(server.log()).contains("not supported yet", "consul_sd_configs");
    }
  }

  @Test
  void server_withRoutePrefix_scrapesItselfBehindIt() throws Exception {
    try (var server =
        NarthexProcess.server(folder, "--web.external-url=http://example.org/narthex/")) {
      server.await("readiness", () -> server.get("/narthex/-/ready").statusCode() == 200);
      server.await(
          "a scrape",
          () ->
              server
                  .get("/narthex/api/v1/query?query=up")
                  .body()
                  .matches("(?s).*\"value\":\\[[0-9.]+,\"1\"\\].*"));
    }
  }

  @Test
  void server_withPasswords_scrapesItselfWithoutShowingHow() throws Exception {
    String hash = BCrypt.withDefaults().hashToString(4, "right".toCharArray());
    Files.writeString(folder.resolve("web.yml"), "basic_auth_users:\n  alice: " + hash + "\n");
    String login = "Basic " + Base64.getEncoder().encodeToString("alice:right".getBytes(UTF_8));
    try (var server = NarthexProcess.server(folder, "--web.config.file=web.yml")) {
      server.await(
          "a scrape",
          () ->
              server
                  .get("/api/v1/query?query=up", "Authorization", login)
                  .body()
                  .matches("(?s).*\"value\":\\[[0-9.]+,\"1\"\\].*"));
      assertThat(server.get("/metrics").statusCode()).isEqualTo(401);
      assertThat(server.get("/api/v1/status/config", "Authorization", login).body())
          .contains("credentials: <secret>");
      assertThat(server.get("/api/v1/targets", "Authorization", login).body())
          .doesNotContain("credentials", "Bearer");
    }
  }

  @Test
  void server_onAFolderInUse_saysSoAndEnds() throws Exception {
    try (var first = NarthexProcess.server(folder).awaitReady();
        var second = NarthexProcess.server(folder)) {
      assertThat(second.await()).isEqualTo(1);
      assertThat(second.log()).contains("cannot be opened", "data").doesNotContain("\tat ");
      assertThat(first.get("/-/ready").statusCode()).isEqualTo(200);
    }
  }

  private static byte[] request(Labels labels) {
    return RemoteWriteEncoder.compressed(
        SampleBatch.at(new Origin.RemoteWrite(), System.currentTimeMillis())
            .series(labels)
            .value(1)
            .build());
  }
}
