package io.narthex.jobs.server;

import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.http.Routes;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.function.Predicate;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * {@code /-/reload} and {@code /-/quit}, for POST and PUT; 403 unless {@code
 * --web.enable-lifecycle} is set.
 */
final class LifecycleRoutes implements Routes {
  private final boolean enabled;
  private final Runnable reload;
  private final Runnable quit;

  /**
   * Routes.
   *
   * @param enabled whether they may be used
   * @param reload reads the configuration again; throws what is wrong with it
   * @param quit begins to stop the server
   */
  LifecycleRoutes(boolean enabled, Runnable reload, Runnable quit) {
    this.enabled = enabled;
    this.reload = reload;
    this.quit = quit;
  }

  @Override
  public void addTo(HttpServerRoutes routes, String prefix) {
    routes
        .post(prefix + "/-/reload", this::handleReload)
        .put(prefix + "/-/reload", this::handleReload)
        .post(prefix + "/-/quit", this::handleQuit)
        .put(prefix + "/-/quit", this::handleQuit)
        .route(isLifecycle(prefix), (request, response) -> notAllowed(response));
  }

  private static Predicate<HttpServerRequest> isLifecycle(String prefix) {
    return request ->
        HttpServers.path(request).equals(prefix + "/-/reload")
            || HttpServers.path(request).equals(prefix + "/-/quit");
  }

  private static Mono<Void> notAllowed(HttpServerResponse response) {
    response.header(HttpHeaderNames.ALLOW, "POST, PUT");
    return HttpServers.text(response, 405, "Only POST or PUT requests allowed\n");
  }

  private Mono<Void> handleReload(HttpServerRequest request, HttpServerResponse response) {
    if (!enabled) {
      return refuse(response);
    }
    return Mono.fromRunnable(reload)
        .subscribeOn(Schedulers.boundedElastic())
        .then(Mono.defer(() -> HttpServers.text(response, 200, "")))
        .onErrorResume(
            ConfigurationException.class,
            fault ->
                HttpServers.text(
                    response, 500, "failed to reload config: " + fault.getMessage() + "\n"));
  }

  private Mono<Void> handleQuit(HttpServerRequest request, HttpServerResponse response) {
    if (!enabled) {
      return refuse(response);
    }
    return HttpServers.text(response, 200, "Requesting termination... Goodbye!")
        .doFinally(sent -> quit.run());
  }

  private static Mono<Void> refuse(HttpServerResponse response) {
    return HttpServers.text(response, 403, "Lifecycle API is not enabled.\n");
  }
}
