package io.narthex.jobs.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.template.ConsoleTemplates;
import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.http.Routes;
import io.narthex.query.promql.Cancellation;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Pages of the user: consoles, which are templates, at {@code /consoles/}, and files as they are at
 * {@code /user/}. Only what lies in their folders can be reached. Few consoles are made at a time.
 */
final class UserPages implements Routes, AutoCloseable {
  private static final String CONSOLES = "/consoles/";
  private static final String ASSETS = "/user/";
  private static final String PLAIN = "text/plain; charset=utf-8";
  private static final String HTML = "text/html; charset=utf-8";
  private static final int THREADS = 2;
  private static final int WAITING = 64;
  private static final int IDLE_SECONDS = 30;
  private static final int MOST_CHARACTERS = 1 << 20;
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("html", HTML),
          Map.entry("css", "text/css; charset=utf-8"),
          Map.entry("js", "text/javascript; charset=utf-8"),
          Map.entry("json", "application/json"),
          Map.entry("txt", PLAIN),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("gif", "image/gif"),
          Map.entry("ico", "image/x-icon"),
          Map.entry("woff2", "font/woff2"));

  private final PageFolders folders;
  private final Duration limit;
  private final Function<ConsoleRequest, ConsoleTemplates.Data> data;
  private final Scheduler files;
  private final ThreadPoolExecutor pool = pool();

  /** An executor as such is not interrupted when a browser goes: queries read files. */
  private final Scheduler threads = Schedulers.fromExecutor(task -> pool.execute(task));

  /** There is no page; the message says why. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int status;

    Refusal(int status, String message) {
      super(message, null, false, false);
      this.status = status;
    }

    @Override
    public String getMessage() {
      return String.valueOf(super.getMessage());
    }
  }

  /**
   * Pages out of folders.
   *
   * @param limit of the time that a console takes, from its arrival
   * @param data what a console is made of
   */
  UserPages(
      PageFolders folders, Duration limit, Function<ConsoleRequest, ConsoleTemplates.Data> data) {
    this(folders, limit, data, Schedulers.boundedElastic());
  }

  /**
   * As above.
   *
   * @param files where files are looked for and opened, which may take a while on a network
   */
  UserPages(
      PageFolders folders,
      Duration limit,
      Function<ConsoleRequest, ConsoleTemplates.Data> data,
      Scheduler files) {
    this.folders = folders;
    this.files = files;
    this.limit = limit;
    this.data = data;
  }

  @Override
  public void addTo(HttpServerRoutes routes, String prefix) {
    routes
        .route(
            request -> HttpServers.path(request).startsWith(prefix + CONSOLES),
            (request, response) -> console(request, response, prefix + CONSOLES))
        .route(
            request -> HttpServers.path(request).startsWith(prefix + ASSETS),
            (request, response) -> asset(request, response, prefix + ASSETS));
  }

  @Override
  public void close() {
    threads.dispose();
    pool.shutdownNow();
  }

  private static ThreadPoolExecutor pool() {
    var pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            work -> {
              var thread = new Thread(work, "narthex-console");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private Publisher<Void> console(
      HttpServerRequest request, HttpServerResponse response, String prefix) {
    if (!isRead(request)) {
      return notAllowed(response);
    }
    String name = HttpServers.path(request).substring(prefix.length());
    var parameters = new QueryStringDecoder(request.uri()).parameters();
    var cancellation = new Cancellation();
    var asked =
        new ConsoleRequest(
            name, parameters, client(request), limit, System.nanoTime(), cancellation);
    return Mono.fromCallable(() -> console(asked))
        .subscribeOn(threads)
        .doOnCancel(cancellation::cancel)
        .flatMap(
            page ->
                response
                    .header(HttpHeaderNames.CONTENT_TYPE, HTML)
                    .header("X-Content-Type-Options", "nosniff")
                    .sendString(Mono.just(page))
                    .then())
        .onErrorResume(Refusal.class, no -> HttpServers.text(response, no.status, no.getMessage()))
        .onErrorResume(
            RejectedExecutionException.class,
            full -> HttpServers.text(response, 503, "too many consoles are being made\n"));
  }

  private static String client(HttpServerRequest request) {
    var address = request.remoteAddress();
    return address == null ? "" : address.getHostString() + ":" + address.getPort();
  }

  private String console(ConsoleRequest asked) throws IOException {
    Path file = within(folders.consoles(), asked.path());
    if (file == null) {
      throw new Refusal(404, "no such console: " + asked.path() + "\n");
    }
    try {
      return ConsoleTemplates.expand(text(file), libraries(), data.apply(asked));
    } catch (AlertTemplate.ExpansionException e) {
      throw new Refusal(500, e.getMessage() + "\n");
    }
  }

  private Map<String, String> libraries() throws IOException {
    var libraries = new TreeMap<String, String>();
    if (Files.isDirectory(folders.consoleLibraries())) {
      try (DirectoryStream<Path> files =
          Files.newDirectoryStream(folders.consoleLibraries(), "*.lib")) {
        for (Path file : files) {
          libraries.put(String.valueOf(file.getFileName()), text(file));
        }
      }
    }
    return libraries;
  }

  private static String text(Path file) throws IOException {
    if (Files.size(file) > MOST_CHARACTERS) {
      throw new IOException(file.getFileName() + " is larger than " + MOST_CHARACTERS + " bytes");
    }
    return Files.readString(file, UTF_8);
  }

  private Publisher<Void> asset(
      HttpServerRequest request, HttpServerResponse response, String prefix) {
    if (!isRead(request)) {
      return notAllowed(response);
    }
    String name = HttpServers.path(request).substring(prefix.length());
    Path folder = folders.assets();
    return Mono.fromCallable(
            () ->
                folder == null ? Optional.<Path>empty() : Optional.ofNullable(within(folder, name)))
        .subscribeOn(files)
        .flatMap(file -> asset(response, name, file.orElse(null)))
        .onErrorResume(
            RejectedExecutionException.class,
            full -> HttpServers.text(response, 503, "too many files are being read\n"));
  }

  /** Sends a file; opens it, so it is not to be called on an event loop. */
  private Mono<Void> asset(HttpServerResponse response, String name, @Nullable Path file) {
    if (file == null) {
      String hint = folders.assets() == null ? " (--web.user-assets names their folder)" : "";
      return HttpServers.text(response, 404, "no such file: " + name + hint + "\n");
    }
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return response
        .header(
            HttpHeaderNames.CONTENT_TYPE, TYPES.getOrDefault(ending, "application/octet-stream"))
        .header("X-Content-Type-Options", "nosniff")
        .sendFile(file)
        .then();
  }

  /** The file of a name below a folder; null if there is none, or the name leads out of it. */
  private static @Nullable Path within(Path folder, String escaped) {
    try {
      String name = QueryStringDecoder.decodeComponent(escaped.replace("+", "%2B"));
      if (name.isEmpty() || name.indexOf('\\') >= 0) {
        return null;
      }
      for (Path part : Path.of(name)) {
        if (part.toString().equals("..")) {
          return null;
        }
      }
      Path root = folder.toAbsolutePath().normalize();
      Path file = root.resolve(name).normalize();
      return file.startsWith(root) && Files.isRegularFile(file) ? file : null;
    } catch (IllegalArgumentException e) {
      return null; // not escaped as it should be, or a name that no file can have
    }
  }

  private static boolean isRead(HttpServerRequest request) {
    return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
  }

  private static Mono<Void> notAllowed(HttpServerResponse response) {
    response.header(HttpHeaderNames.ALLOW, "GET, HEAD");
    return HttpServers.text(response, 405, "Method Not Allowed\n");
  }
}
