package io.narthex.pipeline.http;

import reactor.netty.http.server.HttpServerRoutes;

/**
 * What one part of the system answers over HTTP. The receivers, the query service and the life
 * cycle each contribute routes; the server composes them.
 */
@FunctionalInterface
public interface Routes {

  /**
   * Adds the routes.
   *
   * @param prefix the route prefix without a slash at its end; empty for none
   */
  void addTo(HttpServerRoutes routes, String prefix);
}
