package io.narthex.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pipeline on a cluster of processes, read by a query server that shares nothing but a folder.
 */
class ClusterIT {
  @TempDir Path folder;

  @Test
  void submit_toTwoTaskManagers_scrapesIntoASharedFolderThatAQueryServerReads() throws Exception {
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
    Path shared = Files.createDirectories(folder.resolve("shared"));
    Path config = folder.resolve("prometheus.yml");
    // Eight names for one target: enough for both readers to have some.
    Files.writeString(
        config,
        """
        global: {scrape_interval: 1s}
        scrape_configs:
        - job_name: cluster
          static_configs:
        """);
    for (int i = 0; i < 8; i++) {
      Files.writeString(
          config,
          "  - {targets: ['127.0.0.1:%d'], labels: {number: '%d'}}\n"
              .formatted(target.getAddress().getPort(), i),
          java.nio.file.StandardOpenOption.APPEND);
    }
    try (var cluster = FlinkCluster.start(Files.createDirectories(folder.resolve("flink")), 2);
        var reader =
            NarthexProcess.start(
                    folder,
                    NarthexProcess.freePort(),
                    List.of("query-server", "--storage.shared.path=" + shared))
                .awaitReady()) {
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
    var submission =
        NarthexProcess.start(
            folder,
            0,
            List.of(
                "submit",
                "--flink.address=" + cluster.address(),
                "--config.file=" + config,
                "--storage.shared.path=" + shared,
                "--parallelism=2"));
    assertThat(submission.await()).as(submission.log() + cluster.log()).isZero();
  }
}
