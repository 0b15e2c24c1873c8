package io.narthex.query.http;

import io.narthex.pipeline.http.Routes;
import io.narthex.query.promql.QueryEngine;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Prometheus' HTTP API, and the pages beside it: health, own metrics, version, start page. Paths,
 * parameters, answers, error texts and status codes are those of Prometheus 3.
 *
 * <p>It claims only the paths that it answers, so it may stand anywhere among the contributors of
 * routes. Close it to stop its threads.
 */
public final class QueryApi implements Routes, AutoCloseable {
  private static final int LOOKUP_THREADS = 8;
  private static final int LOOKUP_QUEUE = 256;

  /** For batches of Arrow that are being written, of all answers together. */
  private static final long ARROW_BYTES = 256L << 20;

  /** Enough for those that read and some that wait for them; the latter only hold a thread. */
  private static final Logger logger = LoggerFactory.getLogger(QueryApi.class);

  private static final int READ_THREADS = 64;

  private final Workers queries;
  private final Workers lookups;
  private final Workers reads;
  private final LiveQueries live;
  private final QueryEngine engine;
  private final RunningQueries running = new RunningQueries();
  private final BufferAllocator arrow = new RootAllocator(ARROW_BYTES);
  private final List<String> paths;
  private final RouteTable table;
  private final Dispatcher dispatcher;
  private final WebPage page = new WebPage();

  public QueryApi(ApiServices services, ApiOptions options) {
    this(services, options, Clock.systemUTC());
  }

  QueryApi(ApiServices services, ApiOptions options, Clock clock) {
    this(services, options, clock, AnswerMemory.ofHeap());
  }

  QueryApi(ApiServices services, ApiOptions options, Clock clock, AnswerMemory memory) {
    // The engine lets queries compute by turns; who waits for a turn waits on a thread of its own.
    queries = new Workers("query", options.maxConcurrency() + options.maxQueued(), 0);
    engine = services.engine();
    lookups = new Workers("lookup", LOOKUP_THREADS, LOOKUP_QUEUE);
    reads = new Workers("read", READ_THREADS, LOOKUP_QUEUE);
    var metrics = new QueryMetrics(services.registry(), queries, options.maxConcurrency());
    var routes = new ArrayList<Route>();
    var evaluating = new QueryEndpoints(services, options, metrics, running, memory, arrow, clock);
    routes.addAll(evaluating.routes());
    routes.addAll(new ExplainEndpoint(evaluating).routes());
    live = new LiveQueries(options.maxLive(), services.arrivals());
    routes.addAll(new LiveQueryEndpoint(live, evaluating, options, memory, queries).routes());
    routes.addAll(new RunningQueryEndpoints(running).routes());
    routes.addAll(new SeriesEndpoints(services, options, memory).routes());
    routes.addAll(new TargetEndpoints(services, options, memory).routes());
    routes.addAll(new RuleEndpoints(services.board()).routes());
    routes.addAll(new RuleExplainEndpoint(services.board()).routes());
    routes.addAll(new PipelineEndpoint(services.board()).routes());
    routes.addAll(new StatusEndpoints(services, options, clock).routes());
    routes.addAll(new AdminEndpoints(services, options, memory).routes());
    routes.addAll(new PageEndpoints(services).routes());
    routes.addAll(new FederationEndpoint(services, options, clock, memory).routes());
    routes.addAll(new ScrapePoolEndpoints(services).routes());
    routes.addAll(new NotificationEndpoints(services).routes());
    routes.addAll(new SelfMetricsEndpoint(services).routes());
    routes.addAll(new SearchEndpoints(services, options, memory).routes());
    routes.addAll(new OpenApiEndpoint(services).routes());
    routes.addAll(new RemoteReadEndpoint(services, options.remoteRead(), memory).routes());
    routes.forEach(route -> services.httpMetrics().declare(route.path()));
    paths =
        routes.stream()
            .filter(Route::isApi)
            .map(route -> route.path().replaceAll(":([a-z]+)", "{$1}"))
            .toList();
    table = new RouteTable(List.copyOf(routes));
    dispatcher = new Dispatcher(services, options, queries, lookups, reads);
  }

  /**
   * The engine, for other pages that ask queries: these are listed while they run, and can be
   * ended, like those of the API.
   *
   * @param client address of the one who asks
   */
  public QueryEngine engine(String client) {
    return request -> {
      try (var entry = running.add(request, client, System.nanoTime())) {
        return engine.query(request);
      }
    };
  }

  /** Paths of the API, with variable parts in braces. */
  List<String> paths() {
    return paths;
  }

  @Override
  public void addTo(HttpServerRoutes routes, String prefix) {
    routes.route(
        request -> match(request, prefix) != null,
        (request, response) -> {
          var match = match(request, prefix);
          return match == null
              ? response.sendNotFound()
              : dispatcher.handle(request, response, match);
        });
    routes.route(
        request -> isPreflight(request, prefix),
        (request, response) -> dispatcher.allowOptions(request, response));
    routes.route(
        request -> pageFile(request, prefix) != null,
        (request, response) -> {
          var file = pageFile(request, prefix);
          return file == null ? response.sendNotFound() : WebPage.send(file, request, response);
        });
    if (!prefix.isEmpty()) {
      Predicate<HttpServerRequest> bare =
          request -> RouteTable.pathOf(request.uri()).equals(prefix);
      routes.route(bare, (request, response) -> response.sendRedirect(prefix + "/"));
    }
  }

  /** Browsers ask with OPTIONS whether they may ask, under any path of the API. */
  private static boolean isPreflight(HttpServerRequest request, String prefix) {
    return request.method().equals(HttpMethod.OPTIONS)
        && RouteTable.pathOf(request.uri()).startsWith(prefix + "/api/v1/");
  }

  private RouteTable.@Nullable Match match(HttpServerRequest request, String prefix) {
    String path = RouteTable.pathOf(request.uri());
    return path.startsWith(prefix) ? table.find(path.substring(prefix.length())) : null;
  }

  private PageFiles.@Nullable PageFile pageFile(HttpServerRequest request, String prefix) {
    String path = RouteTable.pathOf(request.uri());
    return path.startsWith(prefix) ? page.find(path.substring(prefix.length())) : null;
  }

  /** Lets go of clients that follow something without end, which would keep a server waiting. */
  public void endStreams() {
    live.close();
  }

  @Override
  public void close() {
    live.close();
    queries.close();
    lookups.close();
    reads.close();
    try {
      arrow.close();
    } catch (IllegalStateException e) { // how Arrow tells that some of it is in use
      logger.warn("an answer in Arrow's format was still being written: {}", e.getMessage());
    }
  }
}
