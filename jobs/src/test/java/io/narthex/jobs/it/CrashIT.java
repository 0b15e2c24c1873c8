package io.narthex.jobs.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.testkit.RemoteWriteEncoder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What was acknowledged is there after kill -9, at any moment. */
class CrashIT {
  private static final Logger logger = LoggerFactory.getLogger(CrashIT.class);
  private static final int KILLS = 10;
  private static final int WORKERS = 3;
  private static final int SERIES = 50;

  @TempDir Path folder;

  /** A writer's batches that were acknowledged, by the time of their samples. */
  private record Writer(int number, Set<Long> acknowledged) {}

  @Test
  void kill9_atRandomMomentsOfALoad_losesNothingAcknowledged() throws Exception {
    long seed = Long.getLong("test.seed", System.nanoTime());
    logger.info("rerun with -Dtest.seed={}", seed);
    var random = new Random(seed);
    long base = System.currentTimeMillis() - 1_200_000;
    var writers = new ArrayList<Writer>();
    for (int w = 0; w < WORKERS; w++) {
      writers.add(new Writer(w, new ConcurrentSkipListSet<>()));
    }
    for (int round = 0; round < KILLS; round++) {
      long from = base + round * 100_000L;
      try (var server = NarthexProcess.server(folder).awaitReady()) {
        verify(server, writers, base, seed);
        loadUntilKilled(server, writers, from, 50 + random.nextInt(1500));
      }
    }
    try (var server = NarthexProcess.server(folder).awaitReady()) {
      int samples = verify(server, writers, base, seed);
      logger.info("{} acknowledged samples, all there after {} kills", samples, KILLS);
      assertThat(samples).isPositive();
    }
  }

  private static void loadUntilKilled(
      NarthexProcess server, List<Writer> writers, long from, int killAfterMillis)
      throws Exception {
    var threads = Executors.newFixedThreadPool(WORKERS);
    var running = new ArrayList<Future<?>>();
    for (var writer : writers) {
      running.add(threads.submit(() -> write(server, writer, from)));
    }
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(killAfterMillis));
    server.kill();
    for (var writer : running) {
      writer.get();
    }
    threads.shutdown();
  }

  private static void write(NarthexProcess server, Writer writer, long from) {
    try {
      for (long time = from; time < from + 100_000; time += 10) {
        int status = server.write(request(writer.number(), time)).statusCode();
        if (status / 100 == 2) {
          writer.acknowledged().add(time);
        }
      }
    } catch (IOException killed) {
      logger.debug("the server is gone, as it should be", killed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] request(int writer, long time) {
    var batch = SampleBatch.at(new Origin.RemoteWrite(), time);
    for (int s = 0; s < SERIES; s++) {
      batch
          .series(Labels.of("__name__", "crash_total", "writer", "" + writer, "series", "" + s))
          .value(time + s);
    }
    return RemoteWriteEncoder.compressed(batch.build());
  }

  /** Checks each acknowledged sample, time and value, and says how many there are. */
  private static int verify(NarthexProcess server, List<Writer> writers, long base, long seed)
      throws Exception {
    int samples = 0;
    for (var writer : writers) {
      var stored = stored(server, writer.number(), base);
      for (long time : writer.acknowledged()) {
        for (int s = 0; s < SERIES; s++) {
          assertThat(stored.getOrDefault(s, Set.of()))
              .as("writer %d series %d, rerun with -Dtest.seed=%d", writer.number(), s, seed)
              .contains(time);
          samples++;
        }
      }
    }
    return samples;
  }

  private static Map<Integer, Set<Long>> stored(NarthexProcess server, int writer, long base)
      throws IOException, InterruptedException {
    var stored = new HashMap<Integer, Set<Long>>();
    String time = Long.toString(base / 1000 + 1200);
    for (JsonNode series : server.query("crash_total{writer=\"" + writer + "\"}[30m]", time)) {
      int number = series.get("metric").get("series").asInt();
      var times = new HashSet<Long>();
      for (JsonNode point : series.get("values")) {
        long at = Math.round(point.get(0).asDouble() * 1000);
        assertThat(point.get(1).asDouble()).isEqualTo(at + number);
        times.add(at);
      }
      stored.put(number, times);
    }
    return stored;
  }
}
