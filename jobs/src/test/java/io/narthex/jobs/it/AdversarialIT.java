package io.narthex.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.RemoteWriteEncoder;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queries that ask for too much, all at once, while samples come: each ends in an answer or a clear
 * error, light queries are answered meanwhile, nothing is lost, and the heap is enough. With {@code
 * -Dnarthex.adversarial.series} over more series.
 */
class AdversarialIT {
  private static final Logger logger = LoggerFactory.getLogger(AdversarialIT.class);
  private static final int SERIES = Integer.getInteger("narthex.adversarial.series", 4_000);
  private static final int PER_REQUEST = 1_000;
  private static final int ROUNDS = 40;
  private static final long INTERVAL = 15_000;
  private static final int LEAST_LIGHT = 50;

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void queries_askForTooMuchAtOnce_serverGoesOn() throws Exception {
    try (var server = NarthexProcess.serverWithHeap(folder, "1g").awaitReady()) {
      long base = System.currentTimeMillis() - ROUNDS * INTERVAL;
      for (int round = 0; round < ROUNDS; round++) {
        for (int from = 0; from < SERIES; from += PER_REQUEST) {
          var answer = server.write(series(from, base + round * INTERVAL, round));
          assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        }
      }
      var stop = new AtomicBoolean();
      var written = new AtomicLong();
      var ingest = CompletableFuture.runAsync(() -> ingest(server, stop, written));
      long[] idle = new long[LEAST_LIGHT];
      for (int i = 0; i < idle.length; i++) {
        idle[i] = light(server, i);
      }
      var heavy = new ArrayList<CompletableFuture<HttpResponse<String>>>();
      List<String> paths = adversaries(base);
      for (String path : paths) {
        heavy.add(ask(server, path));
      }
      var all = CompletableFuture.allOf(heavy.toArray(CompletableFuture[]::new));
      var latencies = new CopyOnWriteArrayList<Long>();
      for (int i = 0; i < LEAST_LIGHT || !all.isDone(); i++) {
        latencies.add(light(server, i));
      }
      all.join();
      stop.set(true);
      ingest.join();
      report(paths, heavy, latencies, idle);
      for (int i = 0; i < heavy.size(); i++) {
        var answer = heavy.get(i).join();
        assertThat(answer.statusCode()).as(paths.get(i)).isIn(200, 400, 413, 422, 503);
        if (answer.statusCode() != 200) {
          assertThat(answer.body()).as(paths.get(i)).contains("\"error\":\"");
        }
      }
      assertThat(server.log()).doesNotContain("OutOfMemoryError", "StackOverflowError");
      assertThat(written.get()).isPositive();
      assertThat(server.value("sum(count_over_time(arriving[1h]))")).isEqualTo(written.get());
      assertThat(server.value("sum(count_over_time(adv_total[1h]))"))
          .isEqualTo((double) SERIES * ROUNDS);
    }
  }

  /** How long a query of one series takes, in nanoseconds; it must be answered. */
  private static long light(NarthexProcess server, int i) throws Exception {
    long begin = System.nanoTime();
    assertThat(server.value("count(adv_total{i=\"" + i % SERIES + "\"})")).isEqualTo(1);
    return System.nanoTime() - begin;
  }

  private static void ingest(NarthexProcess server, AtomicBoolean stop, AtomicLong written) {
    try {
      for (int round = 0; !stop.get(); round++) {
        var batch = SampleBatch.at(new Origin.RemoteWrite(), System.currentTimeMillis());
        for (int i = 0; i < PER_REQUEST; i++) {
          batch.series(Labels.of("__name__", "arriving", "i", "" + i)).value(round);
        }
        var answer = server.write(RemoteWriteEncoder.compressed(batch.build()));
        if (answer.statusCode() / 100 == 2) {
          written.addAndGet(PER_REQUEST);
        }
      }
    } catch (IOException e) {
      throw new AssertionError("the server does not take samples", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] series(int from, long time, int round) {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), time);
    for (int i = from; i < from + PER_REQUEST; i++) {
      batch
          .series(
              Labels.of(
                  "__name__", "adv_total", "i", "" + i, "job", "j" + i % 10, "pod", "p" + i % 500))
          .value((double) round * (i + 1) / 7);
    }
    return RemoteWriteEncoder.compressed(batch.build());
  }

  private CompletableFuture<HttpResponse<String>> ask(NarthexProcess server, String form) {
    int question = form.indexOf('?');
    var request =
        HttpRequest.newBuilder(server.uri(form.substring(0, question)))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form.substring(question + 1)))
            .build();
    return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  private static List<String> adversaries(long base) {
    long end = base / 1000 + ROUNDS * INTERVAL / 1000;
    String minutes = "&start=" + base / 1000 + "&end=" + end + "&step=1";
    String year = "&start=" + (end - 31_536_000) + "&end=" + end + "&step=3000";
    var ranges =
        List.of(
            "{__name__=~\".+\"}",
            "count_values(\"v\", {__name__=~\".+\"})",
            "adv_total * on (job) group_left () adv_total",
            "adv_total * on (i) adv_total",
            "sum by (i, pod) (adv_total) + on (pod) group_left () sum by (pod) (adv_total)",
            "topk(100000, adv_total)",
            "quantile by (job) (0.99, rate(adv_total[10m]))",
            "label_replace(adv_total, \"x\", \"$1$1$1$1\", \"i\", \"(.*)\")",
            "sort_desc(adv_total or adv_total offset 1m or adv_total offset 2m)",
            "max_over_time(sum by (pod) (rate(adv_total[1m]))[1h:1s])");
    var instants =
        List.of(
            "max_over_time(max_over_time(adv_total[10m:1s])[10m:1s])",
            "sum(avg_over_time(rate(adv_total[5m])[10m:1ms]))",
            "quantile_over_time(0.5, adv_total[1y])",
            "{__name__=~\".+\"}[1y]",
            "count_values by (i) (\"v\", adv_total)",
            "(".repeat(10_000) + "1" + ")".repeat(10_000),
            "-".repeat(10_000) + "adv_total",
            "1" + "+1".repeat(20_000),
            "{a=~\"((((a{1,100}){1,100}){1,100}){1,100}){1,100}\"}",
            "{i=~\"" + "(.*a){20}".repeat(1_000) + "\"}",
            "{i=~\"" + ".*.*.*=.*".repeat(50) + "\"}",
            "{i=~\""
                + String.join("|", IntStream.range(0, 20_000).mapToObj(i -> "x" + i).toList())
                + "\"}",
            "label_replace(adv_total, \"x\", \"y\", \"i\", \"((a{1,1000}){1,1000}){1,1000}\")",
            "absent_over_time(absent(adv_total)[1h:1ms])",
            "stddev(deriv(adv_total[10m:10ms]))");
    var all = new ArrayList<String>();
    for (String query : ranges) {
      all.add("/api/v1/query_range?query=" + encoded(query) + minutes + "&timeout=10s");
      all.add("/api/v1/query_range?query=" + encoded(query) + year + "&timeout=10s");
    }
    for (String query : instants) {
      all.add("/api/v1/query?query=" + encoded(query) + "&timeout=10s");
      all.add("/api/v1/query?query=" + encoded("sum(" + query + ")") + "&timeout=10s");
    }
    return all;
  }

  private static String encoded(String query) {
    return URLEncoder.encode(query, StandardCharsets.UTF_8);
  }

  private static void report(
      List<String> paths,
      List<CompletableFuture<HttpResponse<String>>> heavy,
      List<Long> latencies,
      long[] idle) {
    var byStatus = new TreeMap<Integer, Integer>();
    for (int i = 0; i < heavy.size(); i++) {
      var answer = heavy.get(i).join();
      byStatus.merge(answer.statusCode(), 1, Integer::sum);
      String path = paths.get(i);
      String body = answer.body();
      logger.info(
          "{} for {}: {}",
          answer.statusCode(),
          path.substring(0, Math.min(120, path.length())),
          body.substring(0, Math.min(300, body.length())));
    }
    long[] sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
    Arrays.sort(idle);
    logger.info(
        "{} heavy queries by status {}; {} light queries meanwhile: median {} ms, 99 % {} ms, most"
            + " {} ms; before: median {} ms",
        heavy.size(),
        byStatus,
        sorted.length,
        sorted[sorted.length / 2] / 1_000_000,
        sorted[sorted.length * 99 / 100] / 1_000_000,
        sorted[sorted.length - 1] / 1_000_000,
        idle[idle.length / 2] / 1_000_000);
  }
}
