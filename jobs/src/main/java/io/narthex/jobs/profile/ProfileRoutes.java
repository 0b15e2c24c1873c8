package io.narthex.jobs.profile;

import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.http.Routes;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * {@code /debug/pprof/}, where Prometheus has the profiles of Go: processor time in the format of
 * pprof, and all threads with their stacks as text. The others have no counterpart here; their
 * answer, 404, says what to use instead. One profile is made at a time.
 */
public final class ProfileRoutes implements Routes {
  private static final Logger logger = LoggerFactory.getLogger(ProfileRoutes.class);
  private static final String BASE = "/debug/pprof";
  private static final Duration DEFAULT = Duration.ofSeconds(30);
  private static final long MOST_SECONDS = 300;

  private static final String INDEX =
      """
      Profiles of this server:

        %1$s/profile?seconds=30   processor time, for `go tool pprof` and other readers of pprof's format
        %1$s/goroutine            all threads with their stacks, as text

      The Java virtual machine has no counterpart of the other profiles of Go. On the server's machine
      `jcmd PID GC.class_histogram` tells what fills the heap, `jcmd PID GC.heap_dump FILE` writes it, and
      `jcmd PID JFR.start duration=60s filename=FILE settings=profile` records locks, allocations and pauses.
      """;

  private final AtomicBoolean busy = new AtomicBoolean();

  @Override
  public void addTo(HttpServerRoutes routes, String prefix) {
    routes.route(
        request -> {
          String path = HttpServers.path(request);
          return path.equals(prefix + BASE) || path.startsWith(prefix + BASE + "/");
        },
        (request, response) -> answer(request, response, prefix + BASE));
  }

  private Publisher<Void> answer(
      HttpServerRequest request, HttpServerResponse response, String base) {
    if (!request.method().equals(HttpMethod.GET)) {
      response.header(HttpHeaderNames.ALLOW, "GET");
      return HttpServers.text(response, 405, "Method Not Allowed\n");
    }
    String name = HttpServers.path(request).substring(base.length());
    var parameters = new QueryStringDecoder(request.uri()).parameters();
    return switch (name) {
      case "", "/" -> HttpServers.text(response, 200, INDEX.formatted(base));
      case "/goroutine" ->
          Mono.fromSupplier(ProfileRoutes::threads)
              .subscribeOn(Schedulers.boundedElastic())
              .flatMap(text -> HttpServers.text(response, 200, text));
      case "/profile" -> profile(response, parameters);
      default ->
          HttpServers.text(
              response,
              404,
              "no such profile: " + name.substring(1) + "\n\n" + INDEX.formatted(base));
    };
  }

  private Mono<Void> profile(HttpServerResponse response, Map<String, List<String>> parameters) {
    Duration length;
    try {
      length = length(parameters.getOrDefault("seconds", List.of()));
    } catch (IllegalArgumentException e) {
      return HttpServers.text(response, 400, e.getMessage() + "\n");
    }
    if (!busy.compareAndSet(false, true)) {
      return HttpServers.text(response, 503, "a profile is being made, try again later\n");
    }
    return Mono.using(
            CpuRecording::start,
            recording ->
                Mono.delay(length, Schedulers.boundedElastic())
                    .then(Mono.fromCallable(recording::finish)),
            CpuRecording::close)
        .subscribeOn(Schedulers.boundedElastic())
        .doFinally(signal -> busy.set(false))
        .flatMap(
            profile ->
                response
                    .header(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream")
                    .header("X-Content-Type-Options", "nosniff")
                    .sendByteArray(Mono.just(profile))
                    .then())
        .onErrorResume(
            failure -> {
              logger.warn("no profile", failure);
              return HttpServers.text(response, 500, "no profile: " + failure + "\n");
            });
  }

  private static Duration length(List<String> asked) {
    if (asked.isEmpty()) {
      return DEFAULT;
    }
    try {
      long seconds = Long.parseLong(asked.get(0));
      if (seconds >= 1 && seconds <= MOST_SECONDS) {
        return Duration.ofSeconds(seconds);
      }
    } catch (NumberFormatException e) {
      logger.debug("not a number of seconds", e); // told below, as one out of range
    }
    throw new IllegalArgumentException(
        "seconds: \"" + asked.get(0) + "\" is not a whole number from 1 to " + MOST_SECONDS);
  }

  private static String threads() {
    var out = new StringBuilder();
    for (var thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true, 128)) {
      out.append(thread);
    }
    return out.toString();
  }
}
