package io.narthex.jobs.server;

import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.http.Routes;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.telemetry.HttpMetrics;
import io.narthex.query.http.ApiOptions;
import io.narthex.query.http.ApiServices;
import io.narthex.query.http.QueryApi;
import io.narthex.query.http.Rehearsal;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.SpareCores;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sinks.store.StoreOptions;
import io.narthex.sinks.wal.WalSync;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import reactor.netty.DisposableServer;

/**
 * Runs a {@link Rehearsal} on a thread of its own, for some seconds after the server is ready and
 * while nobody else asks. Its port is one of the loopback interface that answers nothing but
 * queries of made-up series. Its store is a folder of half a megabyte in the data directory, which
 * is gone afterwards, or after the next start if the process ends meanwhile. Nothing depends on it:
 * if it cannot run, the first queries take longer.
 */
public final class WarmUp implements AutoCloseable {
  /**
   * Set in the diagnostic context while the rehearsal's store works: what it tells of its made-up
   * samples would only confuse in the log of the server.
   */
  public static final String QUIET = "narthex.rehearsal";

  /** A system property: {@code off} leaves it out. */
  static final String PROPERTY = "narthex.rehearsal";

  private static final Logger logger = LoggerFactory.getLogger(WarmUp.class);

  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(8);

  /** While users ask, they warm up the machine themselves; it does not stand in their way. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int MOST_PASSES = 40;
  private static final int ROUNDS = 480;
  private static final String FOLDER = "rehearsal";
  private static final String LOOPBACK = "127.0.0.1";

  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final LongSupplier quietNanos;
  private volatile boolean stopped;
  private final AtomicInteger answers = new AtomicInteger();

  private WarmUp(LongSupplier quietNanos) {
    this.quietNanos = quietNanos;
  }

  /**
   * Begins, unless it is switched off.
   *
   * @param directory where the folder is made
   * @param quietNanos for how many nanoseconds nobody else has asked or written anything
   */
  static WarmUp start(Path directory, LongSupplier quietNanos) {
    var warmUp = new WarmUp(quietNanos);
    if ("off".equals(System.getProperty(PROPERTY))) {
      warmUp.ended.complete(null);
      return warmUp;
    }
    var thread = new Thread(() -> warmUp.run(directory.resolve(FOLDER)), "narthex-rehearsal");
    thread.setDaemon(true);
    thread.start();
    return warmUp;
  }

  /** How many queries were answered. */
  int answers() {
    return answers.get();
  }

  /** Done when it is over. */
  CompletableFuture<Void> ended() {
    return ended;
  }

  private void run(Path folder) {
    long begin = System.nanoTime();
    try {
      remove(folder);
      try (var quiet = MDC.putCloseable(QUIET, "")) {
        rehearse(folder);
        logger.debug(
            "rehearsed {} queries in {} ms", answers, (System.nanoTime() - begin) / 1_000_000);
      } finally {
        remove(folder);
      }
    } catch (IOException | RuntimeException e) {
      logger.info("queries are not rehearsed, the first ones take longer: {}", e.toString());
    } finally {
      ended.complete(null);
    }
  }

  private void rehearse(Path folder) throws IOException {
    var options = StoreOptions.DEFAULT.withWalSync(WalSync.OFF);
    try (var store = BlockStore.open(folder, options, new PrometheusRegistry())) {
      long end = fill(store);
      var requests = Rehearsal.requests(end);
      try (var api = new QueryApi(services(store), ApiOptions.DEFAULT)) {
        DisposableServer server =
            HttpServers.create(
                    LOOPBACK + ":0", HttpServers.Limits.DEFAULT, "", List.of((Routes) api))
                .bindNow();
        try {
          long begin = System.nanoTime();
          ask(Rehearsal.simplest(end), server.port(), begin);
          int passes = 0;
          while (passes < MOST_PASSES && ask(requests, server.port(), begin)) {
            passes++;
          }
        } finally {
          server.disposeNow();
        }
      }
    }
  }

  private static ApiServices services(BlockStore store) {
    var registry = new PrometheusRegistry();
    return new ApiServices(
        new VectorizedQueryEngine(store, EngineOptions.defaults(), SpareCores.all()),
        store,
        null,
        null,
        new InMemoryStatusBoard(),
        new ReadOnlyFacts(Map.of()),
        registry,
        new HttpMetrics(registry));
  }

  /** Asks everything once; false if it is no longer wanted. */
  private boolean ask(List<String> requests, int port, long begin) throws IOException {
    for (String request : requests) {
      while (wanted(begin) && quietNanos.getAsLong() < PAUSE_NANOS) {
        LockSupport.parkNanos(this, LOOK_NANOS);
      }
      if (!wanted(begin)) {
        return false;
      }
      ask(request, port);
      answers.incrementAndGet();
    }
    return true;
  }

  /** Asks as dashboards do: queries as a form, everything else by its address. */
  private static void ask(String request, int port) throws IOException {
    int question = request.indexOf('?');
    String path = request.substring(0, question);
    boolean form = path.contains("/query");
    var connection =
        (HttpURLConnection)
            URI.create("http://" + LOOPBACK + ":" + port + (form ? path : request))
                .toURL()
                .openConnection(Proxy.NO_PROXY);
    if (form) {
      connection.setDoOutput(true);
      connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
      try (var body = connection.getOutputStream()) {
        body.write(request.substring(question + 1).getBytes(StandardCharsets.UTF_8));
      }
    }
    if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
      throw new IOException("status " + connection.getResponseCode() + " for " + request);
    }
    try (var answer = connection.getInputStream()) {
      answer.transferTo(OutputStream.nullOutputStream());
    }
  }

  private boolean wanted(long begin) {
    return !stopped && System.nanoTime() - begin < MOST_NANOS;
  }

  /** Two hours of samples, most of them in a block, the newest in the head. */
  private static long fill(BlockStore store) {
    List<Labels> series = Rehearsal.series();
    long end = System.currentTimeMillis() / Rehearsal.INTERVAL * Rehearsal.INTERVAL;
    for (int round = 0; round < ROUNDS; round++) {
      var batch =
          SampleBatch.at(new Origin.RemoteWrite(), end - (ROUNDS - 1 - round) * Rehearsal.INTERVAL);
      for (int i = 0; i < series.size(); i++) {
        batch.series(series.get(i)).value(Rehearsal.value(series.get(i), i, round));
      }
      store.append(batch.build()).join();
      if (round == ROUNDS - 20) {
        store.flush();
      }
    }
    return end;
  }

  private static void remove(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Ends it; returns when it has. */
  @Override
  public void close() {
    stopped = true;
    ended.join();
  }
}
