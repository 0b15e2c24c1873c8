package io.narthex.pipeline.http;

import io.narthex.pipeline.wire.JsonString;
import io.netty.channel.ServerChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.util.context.Context;

/** Servers that answer the routes of several parts under one prefix. */
public final class HttpServers {
  private HttpServers() {}

  /**
   * What a server bears.
   *
   * @param maxHeaderBytes of one request
   * @param maxInitialLine bytes of the request line, queries in the URL included
   * @param idle after which a connection without a request is closed
   * @param gap most time between two parts of one request
   * @param request most time for one request to come
   * @param head most time for the head of a request to come
   * @param stall most time that a client may take nothing of what it is sent
   */
  public record Limits(
      int maxHeaderBytes,
      int maxInitialLine,
      Duration idle,
      Duration gap,
      Duration request,
      Duration head,
      Duration stall) {
    public static final Limits DEFAULT =
        new Limits(
            64 << 10,
            1 << 20,
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            Duration.ofMinutes(1));

    /** The same with another limit for requests to come, which also bounds idle connections. */
    public Limits withRead(Duration longest) {
      if (longest.isZero()) {
        throw new IllegalArgumentException("a read timeout of zero would refuse every request");
      }
      return new Limits(
          maxHeaderBytes,
          maxInitialLine,
          longest,
          shorter(gap, longest),
          longest,
          shorter(head, longest),
          stall);
    }

    private static Duration shorter(Duration a, Duration b) {
      return a.compareTo(b) < 0 ? a : b;
    }
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
            .readTimeout(limits.gap())
            .requestTimeout(limits.request())
            .doOnChannelInit(
                (observer, channel, remote) -> {
                  if (channel.parent() instanceof ServerChannel) { // not a stream of HTTP/2
                    SlowClients.watch(channel, limits.head(), limits.stall());
                  }
                })
            .compress(false);
    return guard
        .secure(server)
        .handle(
            (request, response) -> {
              Runnable ended = SlowClients.begun(request);
              var answer =
                  Mono.defer(() -> Mono.from(guard.handle(request, response, routes)))
                      // whose client has gone before: there is nobody to tell
                      .onErrorResume(AbortedException::isConnectionReset, gone -> Mono.empty());
              return inNextTurn(request, answer).doFinally(signal -> ended.run());
            });
  }

  /**
   * Answers when the event loop has read the end of the request. Reactor Netty 1.3.7 may not read
   * on from a connection whose request was answered before that.
   *
   * @see <a href="https://github.com/reactor/reactor-netty/issues/4361">the fault</a>
   */
  private static Mono<Void> inNextTurn(HttpServerRequest request, Mono<Void> answer) {
    return Mono.create(
        sink ->
            request.withConnection(
                connection ->
                    connection
                        .channel()
                        .eventLoop()
                        .execute(
                            () ->
                                sink.onDispose(
                                    answer.subscribe(
                                        nothing -> {},
                                        sink::error,
                                        sink::success,
                                        Context.of(sink.contextView()))))));
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

  /** An answer of plain text, which no browser takes for anything else. */
  public static Mono<Void> text(HttpServerResponse response, int status, String text) {
    return response
        .status(HttpResponseStatus.valueOf(status))
        .header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .header("X-Content-Type-Options", "nosniff")
        .sendString(Mono.just(text))
        .then();
  }

  /**
   * The path of a request as it came, still escaped. Reactor Netty's own accessors throw where an
   * address is malformed.
   */
  public static String path(HttpServerRequest request) {
    String uri = request.uri();
    int question = uri.indexOf('?');
    return question < 0 ? uri : uri.substring(0, question);
  }

  /** An address without doubled slashes, dots and a slash at its end; as it is if it has none. */
  static String cleaned(String uri) {
    int question = uri.indexOf('?');
    String path = question < 0 ? uri : uri.substring(0, question);
    if (!path.startsWith("/")) {
      return uri;
    }
    var kept = new ArrayDeque<String>();
    for (String part : path.split("/", -1)) {
      if (part.equals("..")) {
        kept.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        kept.add(part);
      }
    }
    String clean = "/" + String.join("/", kept);
    return question < 0 ? clean : clean + uri.substring(question);
  }

  private static void fallBack(HttpServerRoutes routes) {
    routes.route(request -> true, HttpServers::notFound);
  }

  private static Mono<Void> notFound(HttpServerRequest request, HttpServerResponse response) {
    String clean = cleaned(request.uri());
    if (!clean.equals(request.uri())) {
      boolean get = request.method().name().equals("GET");
      return response.status(get ? 301 : 308).header(HttpHeaderNames.LOCATION, clean).send();
    }
    return error(
        response, 404, "not_found", "no such page: " + request.method() + " " + path(request));
  }
}
