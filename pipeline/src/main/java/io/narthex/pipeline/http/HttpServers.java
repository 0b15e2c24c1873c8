package io.narthex.pipeline.http;

import io.narthex.pipeline.wire.JsonString;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/** Servers that answer the routes of several parts under one prefix. */
public final class HttpServers {
  private HttpServers() {}

  /**
   * What a server bears.
   *
   * @param maxHeaderBytes of one request
   * @param maxInitialLine bytes of the request line, queries in the URL included
   * @param idle after which a connection without a request is closed
   * @param read most time between two parts of one request
   */
  public record Limits(int maxHeaderBytes, int maxInitialLine, Duration idle, Duration read) {
    public static final Limits DEFAULT =
        new Limits(64 << 10, 1 << 20, Duration.ofMinutes(5), Duration.ofMinutes(5));
  }

  /**
   * A server, not yet bound. What no route answers gets status 404 and an error as JSON.
   *
   * @param address as {@code host:port} or {@code :port}
   * @param prefix of all routes; without a slash at its end, empty for none
   * @param parts asked in this order; where two have the same route, the first answers
   */
  public static HttpServer create(
      String address, Limits limits, String prefix, List<? extends Routes> parts) {
    return create(address, limits, prefix, parts, WebGuard.open());
  }

  /**
   * As above, behind a guard.
   *
   * @param guard stays the caller's, who closes it after the server
   */
  public static HttpServer create(
      String address, Limits limits, String prefix, List<? extends Routes> parts, WebGuard guard) {
    var where = address(address);
    var routes = HttpServerRoutes.newRoutes();
    parts.forEach(part -> part.addTo(routes, prefix));
    fallBack(routes);
    var server =
        HttpServer.create()
            .bindAddress(() -> where)
            .httpRequestDecoder(
                spec ->
                    spec.maxHeaderSize(limits.maxHeaderBytes())
                        .maxInitialLineLength(limits.maxInitialLine()))
            .idleTimeout(limits.idle())
            .readTimeout(limits.read())
            .compress(false);
    return guard
        .secure(server)
        .handle((request, response) -> guard.handle(request, response, routes));
  }

  /**
   * Reads a listen address; without a host all interfaces are meant.
   *
   * @throws IllegalArgumentException if it is not host:port
   */
  public static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    try {
      if (colon < 0) {
        throw new NumberFormatException();
      }
      int port = Integer.parseInt(text.substring(colon + 1));
      String host = text.substring(0, colon);
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      return host.isEmpty() ? new InetSocketAddress(port) : new InetSocketAddress(host, port);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "listen address \"" + text + "\": want host:port or :port, such as 0.0.0.0:9090", e);
    }
  }

  /** The error as JSON that the HTTP API speaks. */
  public static Mono<Void> error(
      HttpServerResponse response, int status, String errorType, String message) {
    var text = new StringBuilder("{\"status\":\"error\",\"errorType\":");
    JsonString.append(text, errorType);
    text.append(",\"error\":");
    JsonString.append(text, message);
    text.append('}');
    return response
        .status(HttpResponseStatus.valueOf(status))
        .header(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .sendString(Mono.just(text.toString()))
        .then();
  }

  private static void fallBack(HttpServerRoutes routes) {
    routes.route(request -> true, HttpServers::notFound);
  }

  private static Mono<Void> notFound(HttpServerRequest request, HttpServerResponse response) {
    return error(
        response, 404, "not_found", "no such page: " + request.method() + " /" + request.path());
  }
}
