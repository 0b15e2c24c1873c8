package io.narthex.jobs.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process of the runnable jar, as a user starts it, on a free port of the loopback interface. */
final class NarthexProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_NANOS = Duration.ofMinutes(2).toNanos();

  private final Process process;
  private final int port;
  private final Path log;
  private final HttpClient client = HttpClient.newHttpClient();

  private NarthexProcess(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /** Starts {@code narthex server} with these flags besides the address; does not wait. */
  static NarthexProcess server(Path folder, String... flags) throws IOException {
    var arguments = new ArrayList<String>(List.of("server"));
    arguments.addAll(List.of(flags));
    return start(folder, freePort(), arguments);
  }

  /** Starts {@code narthex server} with a heap of this size, as {@code 1g}; does not wait. */
  static NarthexProcess serverWithHeap(Path folder, String heap, String... flags)
      throws IOException {
    var arguments = new ArrayList<String>(List.of("server"));
    arguments.addAll(List.of(flags));
    return start(folder, freePort(), heap, arguments);
  }

  /** Starts a command with a listen address of its own; does not wait. */
  static NarthexProcess start(Path folder, int port, List<String> arguments) throws IOException {
    return start(folder, port, "512m", arguments);
  }

  /** Starts a command that ends by itself; does not wait. */
  static NarthexProcess run(Path folder, List<String> arguments) throws IOException {
    return launch(folder, 0, "512m", arguments);
  }

  private static NarthexProcess start(Path folder, int port, String heap, List<String> arguments)
      throws IOException {
    var withAddress = new ArrayList<>(arguments);
    withAddress.add("--web.listen-address=127.0.0.1:" + port);
    return launch(folder, port, heap, withAddress);
  }

  private static NarthexProcess launch(Path folder, int port, String heap, List<String> arguments)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.add("-Dnarthex.rehearsal=off"); // these tests ask few queries and start often
    command.addAll(unsafeFlags());
    command.add("-jar");
    command.add(System.getProperty("narthex.jar"));
    command.addAll(arguments);
    Path log = Files.createTempFile(folder, "narthex", ".log");
    var process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new NarthexProcess(process, port, log);
  }

  /** What newer Javas want to be told about memory access. */
  static List<String> unsafeFlags() {
    return Runtime.version().feature() >= 24
        ? List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED")
        : List.of();
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  /** Waits until it says that it is ready. */
  NarthexProcess awaitReady() throws IOException {
    await("readiness", () -> get("/-/ready").statusCode() == 200);
    return this;
  }

  /** Waits until a condition holds; a request that fails counts as not yet. */
  void await(String what, Condition condition) throws IOException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() < end) {
      if (!process.isAlive()) {
        throw new IllegalStateException("ended before " + what + ":\n" + log());
      }
      try {
        if (condition.holds()) {
          return;
        }
      } catch (IOException notYet) {
        LockSupport.parkNanos(1_000_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      LockSupport.parkNanos(20_000_000);
    }
    throw new IllegalStateException("no " + what + ":\n" + log());
  }

  /** Something to wait for. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(uri(path)).POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> write(byte[] body) throws IOException, InterruptedException {
    return post(
        "/api/v1/write",
        body,
        "Content-Type",
        "application/x-protobuf",
        "Content-Encoding",
        "snappy",
        "X-Prometheus-Remote-Write-Version",
        "0.1.0");
  }

  /** The {@code data.result} of an instant query. */
  JsonNode query(String promql, String time) throws IOException, InterruptedException {
    var answer =
        get(
            "/api/v1/query?query="
                + URLEncoder.encode(promql, StandardCharsets.UTF_8)
                + (time.isEmpty() ? "" : "&time=" + time));
    if (answer.statusCode() != 200) {
      throw new IOException(answer.body());
    }
    return JSON.readTree(answer.body()).at("/data/result");
  }

  /** The value of the only element of an instant query; NaN if there is none. */
  double value(String promql) throws IOException, InterruptedException {
    return value(promql, "");
  }

  double value(String promql, String time) throws IOException, InterruptedException {
    var result = query(promql, time);
    return result.isEmpty() ? Double.NaN : result.get(0).get("value").get(1).asDouble();
  }

  void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  /** Ends it as a user does, and says with which code it ended. */
  int terminate() throws InterruptedException {
    process.destroy();
    return await();
  }

  int await() throws InterruptedException {
    if (!process.waitFor(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("does not end:\n" + log());
    }
    return process.exitValue();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
