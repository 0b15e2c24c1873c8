package io.narthex.pipeline.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.pipeline.config.ConfigurationException;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * Stands before all routes: TLS, passwords, headers and the rate limit of {@code
 * --web.config.file}. The file, its certificates and keys are looked at every second; when one of
 * them has changed, what it says holds for new connections and requests. If it cannot be used any
 * more, that is logged, and what held before goes on.
 *
 * <p>Passwords are compared one at a time, as that is expensive: a flood of wrong ones takes one
 * processor at most.
 */
public final class WebGuard implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(WebGuard.class);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int WAITING_PASSWORDS = 256;

  private final @Nullable Path file;
  private final @Nullable SelfScrapeKey key;
  private final @Nullable Scheduler passwordThread;
  private final @Nullable Disposable watch;
  private volatile WebSecurity security;
  private List<byte[]> seen = List.of(); // only touched by the watch once it runs

  private WebGuard(@Nullable Path file, WebSecurity security, @Nullable SelfScrapeKey key) {
    this.file = file;
    this.key = key;
    this.security = security;
    passwordThread =
        file == null ? null : Schedulers.newBoundedElastic(1, WAITING_PASSWORDS, "passwords");
    if (file != null) {
      seen = contents(file, security);
    }
    watch =
        file == null
            ? null
            : Flux.interval(LOOK, Schedulers.boundedElastic())
                .onBackpressureDrop()
                .concatMap(tick -> Mono.fromRunnable(this::look), 0)
                .subscribe();
  }

  /** Lets everybody in, over plain HTTP. */
  public static WebGuard open() {
    return new WebGuard(null, WebSecurity.open(), null);
  }

  /**
   * Guards as a file says.
   *
   * @throws ConfigurationException if it cannot be used
   */
  public static WebGuard of(Path file) {
    return of(file, null);
  }

  /**
   * As above, and lets in who shows a key, whatever the file says of passwords and rates.
   *
   * @param key null if there is none
   * @throws ConfigurationException if the file cannot be used
   */
  public static WebGuard of(Path file, @Nullable SelfScrapeKey key) {
    return new WebGuard(file, WebSecurity.load(file), key);
  }

  /** What holds now. */
  public WebSecurity security() {
    return security;
  }

  HttpServer secure(HttpServer server) {
    if (!security.isTls()) {
      return server;
    }
    var context =
        new LiveSslContext(
            () -> Objects.requireNonNull(security.tls(), "TLS is never switched off"));
    var secured = server.secure(spec -> spec.sslContext(context));
    return security.config().http2()
        ? secured.protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
        : secured;
  }

  /** Admits a request to the routes, or answers it here. */
  Publisher<Void> handle(
      HttpServerRequest request,
      HttpServerResponse response,
      BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> routes) {
    if (key != null && key.opens(request)) {
      return routes.apply(request, response);
    }
    var now = security;
    var limit = now.limit();
    if (limit != null && !limit.tryTake()) {
      return refuse(response, 429, "Too Many Requests");
    }
    now.config().headers().forEach((name, value) -> response.responseHeaders().set(name, value));
    var passwords = now.passwords();
    if (passwords == null) {
      return routes.apply(request, response);
    }
    var given = Login.of(request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION));
    if (given == null) {
      return unauthorized(response);
    }
    Boolean known = passwords.remembered(given.user(), given.password());
    if (known != null) {
      return known ? routes.apply(request, response) : unauthorized(response);
    }
    return Mono.fromCallable(() -> passwords.check(given.user(), given.password()))
        .subscribeOn(Objects.requireNonNull(passwordThread))
        .flatMap(
            right -> Mono.from(right ? routes.apply(request, response) : unauthorized(response)))
        .onErrorResume(
            RejectedExecutionException.class,
            full -> refuse(response, 503, "too many passwords are being checked, try again later"));
  }

  @Override
  public void close() {
    if (watch != null) {
      watch.dispose();
    }
    if (passwordThread != null) {
      passwordThread.dispose();
    }
  }

  /** Name and password of an Authorization header. */
  private record Login(String user, byte[] password) {
    private static final String BASIC = "basic ";

    static @Nullable Login of(@Nullable String header) {
      if (header == null || !header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
        return null;
      }
      byte[] pair;
      try {
        pair = Base64.getDecoder().decode(header.substring(BASIC.length()).strip());
      } catch (IllegalArgumentException e) {
        logger.debug("a login that is not base64", e);
        return null;
      }
      for (int i = 0; i < pair.length; i++) {
        if (pair[i] == ':') {
          return new Login(
              new String(pair, 0, i, UTF_8), Arrays.copyOfRange(pair, i + 1, pair.length));
        }
      }
      return null;
    }
  }

  private static Mono<Void> unauthorized(HttpServerResponse response) {
    response.header(HttpHeaderNames.WWW_AUTHENTICATE, "Basic");
    return refuse(response, 401, "Unauthorized");
  }

  private static Mono<Void> refuse(HttpServerResponse response, int status, String text) {
    return HttpServers.text(response, status, text + "\n");
  }

  private void look() {
    var path = Objects.requireNonNull(file);
    var now = contents(path, security);
    if (sameContents(now, seen)) {
      return;
    }
    seen = now;
    try {
      var next = WebSecurity.load(path);
      if (next.isTls() != security.isTls() || next.config().http2() != security.config().http2()) {
        logger.error(
            "{}: TLS and HTTP/2 cannot be switched on or off while the server runs; what held before goes on",
            path);
        return;
      }
      security = next;
      seen = contents(path, next);
      logger.info("{} has changed and is in force", path);
    } catch (ConfigurationException e) {
      logger.error("{} cannot be used, what held before goes on: {}", path, e.getMessage());
    }
  }

  /** The bytes of the configuration and of the files that it names; empty for what is missing. */
  private static List<byte[]> contents(Path file, WebSecurity security) {
    var paths = new ArrayList<Path>();
    paths.add(file);
    var tls = security.config().tls();
    if (tls != null) {
      for (String named :
          new @Nullable String[] {tls.certFile(), tls.keyFile(), tls.clientCaFile()}) {
        if (named != null) {
          paths.add(Path.of(named));
        }
      }
    }
    return paths.stream().map(WebGuard::bytes).toList();
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      logger.debug("{} cannot be read", path, e);
      return new byte[0];
    }
  }

  private static boolean sameContents(List<byte[]> a, List<byte[]> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!Arrays.equals(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }
}
