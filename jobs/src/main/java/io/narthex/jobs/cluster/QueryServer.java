package io.narthex.jobs.cluster;

import io.narthex.jobs.server.ReadOnlyFacts;
import io.narthex.jobs.server.WebPlace;
import io.narthex.jobs.server.WebServer;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.telemetry.HttpMetrics;
import io.narthex.query.http.ApiOptions;
import io.narthex.query.http.ApiServices;
import io.narthex.query.http.QueryApi;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.SpareCores;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import io.narthex.sinks.history.AlertJournal;
import io.narthex.sinks.shared.SharedStoreReader;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers queries from the folder that a cluster's job writes. It keeps nothing: any number of them
 * may run over one folder, and each sees a sample within a second of its segment.
 */
public final class QueryServer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(QueryServer.class);
  private static final int MAX_CONNECTIONS = 512;

  private final SharedStoreReader store;
  private final SharedStatus status;
  private final StatusBoard board = new InMemoryStatusBoard();
  private final QueryApi api;
  private final WebServer web;
  private final ScheduledExecutorService refreshing =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "segment-refresh"));

  private QueryServer(Path sharedFolder, WebPlace place) {
    store = new SharedStoreReader(sharedFolder);
    status = new SharedStatus(sharedFolder);
    board.history(AlertJournal.readOnly(TaskManagerServices.alerts(sharedFolder)));
    var registry = new PrometheusRegistry();
    api =
        new QueryApi(
            new ApiServices(
                new VectorizedQueryEngine(store, EngineOptions.defaults(), SpareCores.all()),
                store,
                null,
                null,
                board,
                new ReadOnlyFacts(Map.of("storage.shared.path", sharedFolder.toString())),
                registry,
                new HttpMetrics(registry)),
            ApiOptions.DEFAULT.withPlace(place.externalUrl(), place.address().getPort()));
    web = new WebServer(place, MAX_CONNECTIONS);
  }

  /**
   * Starts a server; returns when it answers.
   *
   * @param listenAddress host:port
   */
  public static QueryServer start(Path sharedFolder, String listenAddress) {
    var place = WebPlace.of(listenAddress, null, null);
    var server = new QueryServer(sharedFolder, place);
    server.refresh();
    server.refreshing.scheduleWithFixedDelay(server::refresh, 1, 1, TimeUnit.SECONDS);
    server.web.listen(List.of(server.api));
    logger.info("ready: open {}", place.url("/"));
    return server;
  }

  private void refresh() {
    try {
      store.refresh();
    } catch (IOException | RuntimeException e) {
      logger.error("the shared folder cannot be read; answers come from what was seen before", e);
    }
    status.read(board);
  }

  @Override
  public void close() {
    api.endStreams();
    web.close();
    refreshing.shutdownNow();
    api.close();
    store.close();
  }
}
