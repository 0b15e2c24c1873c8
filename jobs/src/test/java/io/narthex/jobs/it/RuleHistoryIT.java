package io.narthex.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.RemoteWriteEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules that come into force while samples flow get a history that meets the stream. */
class RuleHistoryIT {
  private static final int PAST_SECONDS = 120;

  @TempDir Path folder;

  private long sentTo;

  @Test
  void newRule_onReload_hasEachTickOfThePastAndOfTheStreamOnce() throws Exception {
    Files.writeString(
        folder.resolve("prometheus.yml"),
        """
        global: {evaluation_interval: 1s}
        rule_files: ['rules*.yml']
        """);
    try (var server =
        NarthexProcess.server(
                folder,
                "--config.file=prometheus.yml",
                "--rules.backfill=10m",
                "--web.enable-lifecycle")
            .awaitReady()) {
      sentTo = System.currentTimeMillis() / 1000 - PAST_SECONDS;
      long begin = sentTo + 1;
      send(server);
      Files.writeString(
          folder.resolve("rules.yml"),
          """
          groups:
          - name: g
            rules:
            - {record: 'load:sum', expr: sum(load)}
            - {record: 'load:twice', expr: 'load:sum * 2'}
          """);
      assertThat(server.post("/-/reload", new byte[0]).statusCode()).isEqualTo(200);
      server.await(
          "a history",
          () -> {
            send(server);
            return server.log().contains("new rules have a history");
          });
      long filled = sentTo;
      server.await(
          "ticks of the stream behind it",
          () -> {
            send(server);
            return sentTo >= filled + 3 && newest(server) >= filled + 2;
          });
      checked(server, "load:twice", "sum(load) * 2", begin);
      checked(server, "load:sum", "sum(load)", begin);
      assertThat(Files.readAllLines(folder.resolve("data/rules/backfilled"))).hasSize(2);
    }
  }

  private static double newest(NarthexProcess server) throws IOException, InterruptedException {
    return server.value("timestamp(load:twice)");
  }

  /** Each second from the second sample on has one point, with what a query gives there. */
  private static void checked(NarthexProcess server, String metric, String query, long begin)
      throws IOException, InterruptedException {
    JsonNode points = server.query(metric + "[10m]", "").get(0).get("values");
    assertThat(points.get(0).get(0).asDouble()).isBetween(begin + 0.0, begin + 1.0);
    double before = 0;
    for (JsonNode point : points) {
      double time = point.get(0).asDouble();
      if (before > 0) {
        assertThat(Math.round(1000 * (time - before))).as("after %s", before).isEqualTo(1000);
      }
      before = time;
      assertThat(point.get(1).asDouble()).isEqualTo(server.value(query, point.get(0).asText()));
    }
    assertThat(points.size()).isGreaterThan(PAST_SECONDS);
  }

  /** Sends a sample for each second up to now. */
  private void send(NarthexProcess server) throws IOException, InterruptedException {
    for (long now = System.currentTimeMillis() / 1000; sentTo < now; ) {
      sentTo++;
      var batch = SampleBatch.at(new Origin.RemoteWrite(), 1000 * sentTo);
      batch.series(Labels.of(Labels.METRIC_NAME, "load", "i", "1")).value(sentTo % 97);
      batch.series(Labels.of(Labels.METRIC_NAME, "load", "i", "2")).value(sentTo % 13);
      var answer = server.write(RemoteWriteEncoder.compressed(batch.build()));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
    }
  }
}
