package io.narthex.query.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.storage.Arrivals;
import io.narthex.pipeline.telemetry.BuildInfo;
import io.narthex.pipeline.telemetry.HttpMetrics;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryStatistics;
import io.narthex.query.promql.QueryValue;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.netty.DisposableServer;

/** The API on a free port, with an engine that is a function and everything else in memory. */
final class ApiServer implements AutoCloseable {
  static final QueryStatistics STATISTICS = new QueryStatistics(1000, 1500, 2000, 3, 4, 5, 64, 6);

  private static final ObjectMapper JSON = new ObjectMapper();

  final HttpClient client = HttpClient.newHttpClient();
  final InMemoryStatusBoard board = new InMemoryStatusBoard();
  final PrometheusRegistry registry = new PrometheusRegistry();
  final FakeStore store;
  final Arrivals arrivals = new Arrivals();
  final Notifications notifications = new Notifications(2);
  volatile @Nullable Configuration configuration;
  volatile ServerFacts.Readiness readiness = ServerFacts.Readiness.READY;
  private final QueryApi api;
  private final DisposableServer server;

  ApiServer(Function<QueryRequest, QueryValue> engine, ApiOptions options, Labels... series) {
    this(
        options,
        request -> new QueryResult(engine.apply(request), List.of(), List.of(), STATISTICS),
        series);
  }

  ApiServer(ApiOptions options, Function<QueryRequest, QueryResult> engine, Labels... series) {
    this(options, (QueryEngine) engine::apply, List.of(series));
  }

  /** A server with limits of its own. */
  ApiServer(
      Function<QueryRequest, QueryValue> engine,
      ApiOptions options,
      HttpServers.Limits limits,
      Labels... series) {
    this(
        options,
        request -> new QueryResult(engine.apply(request), List.of(), List.of(), STATISTICS),
        limits,
        List.of(series));
  }

  ApiServer(ApiOptions options, QueryEngine engine, List<Labels> series) {
    this(options, engine, HttpServers.Limits.DEFAULT, series);
  }

  /** A server whose answers may take so much memory. */
  ApiServer(AnswerMemory memory, Labels... series) {
    this(
        ApiOptions.DEFAULT,
        request -> {
          throw new AssertionError("no query");
        },
        HttpServers.Limits.DEFAULT,
        memory,
        List.of(series));
  }

  private ApiServer(
      ApiOptions options, QueryEngine engine, HttpServers.Limits limits, List<Labels> series) {
    this(options, engine, limits, AnswerMemory.ofHeap(), series);
  }

  private ApiServer(
      ApiOptions options,
      QueryEngine engine,
      HttpServers.Limits limits,
      AnswerMemory memory,
      List<Labels> series) {
    store = new FakeStore(series.toArray(Labels[]::new));
    api =
        new QueryApi(
            new ApiServices(
                engine,
                store,
                store,
                arrivals,
                board,
                new Facts(),
                registry,
                new HttpMetrics(registry)),
            options,
            Clock.systemUTC(),
            memory);
    server = HttpServers.create("127.0.0.1:0", limits, "", List.of(api)).bindNow();
  }

  /** The engine that other pages ask. */
  QueryEngine engine(String asker) {
    return api.engine(asker);
  }

  List<String> paths() {
    return api.paths();
  }

  int port() {
    return server.port();
  }

  URI uri(String pathAndQuery) {
    return URI.create("http://127.0.0.1:" + server.port() + pathAndQuery);
  }

  HttpResponse<String> get(String pathAndQuery, String... headers) {
    var request = HttpRequest.newBuilder(uri(pathAndQuery));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  /** The body of an answer that is no text. */
  byte[] bytes(String pathAndQuery, String... headers) {
    var request = HttpRequest.newBuilder(uri(pathAndQuery)).headers(headers).build();
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
        .thenApply(HttpResponse::body)
        .join();
  }

  HttpResponse<String> post(String path, String form) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  HttpResponse<String> method(String method, String path, String... headers) {
    var request =
        HttpRequest.newBuilder(uri(path)).method(method, HttpRequest.BodyPublishers.noBody());
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  /** The data of a successful answer. */
  JsonNode data(String pathAndQuery) {
    return json(get(pathAndQuery)).path("data");
  }

  static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError("no JSON: " + response.body(), e);
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    notifications.close();
    server.disposeNow();
    api.close();
  }

  private final class Facts implements ServerFacts {
    @Override
    public String configYaml() {
      return "global:\n  scrape_interval: 15s\n";
    }

    @Override
    public Map<String, String> flags() {
      return Map.of("web.enable-lifecycle", "true", "query.timeout", "2m");
    }

    @Override
    public @Nullable Configuration configuration() {
      return configuration;
    }

    @Override
    public Notifications notifications() {
      return notifications;
    }

    @Override
    public BuildInfo build() {
      return new BuildInfo("3.7.3", "0a41f00", "HEAD", "me@here", "20251030-07:26:10", "java17");
    }

    @Override
    public RuntimeFacts runtime() {
      var time = Instant.parse("2026-01-01T13:37:00Z");
      return new RuntimeFacts(time, true, time, 0, "15d");
    }

    @Override
    public Readiness readiness() {
      return readiness;
    }

    @Override
    public Map<String, Boolean> discoveryKinds() {
      return Map.of("static", true);
    }
  }
}
