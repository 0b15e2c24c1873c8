package io.narthex.query.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.query.promql.QueryValue;
import io.netty.util.ResourceLeakDetector;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Clients that send garbage, and clients that are slow: nothing breaks, others are served. */
class HostileClientsTest {
  /** {@code -Dnarthex.malformed=10000} for the large run. */
  private static final int MALFORMED = Integer.getInteger("narthex.malformed", 500);

  private static final int SLOW = Integer.getInteger("narthex.slow", 60);
  private static final long SEED = Long.getLong("narthex.seed", 42);

  private static final HttpServers.Limits TIGHT =
      new HttpServers.Limits(
          16 << 10,
          64 << 10,
          Duration.ofSeconds(2),
          Duration.ofMillis(500),
          Duration.ofSeconds(2),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1));

  private static final List<String> PATHS =
      List.of(
          "/api/v1/query?query=up",
          "/api/v1/query_range?query=up&start=0&end=10&step=1",
          "/api/v1/labels",
          "/api/v1/label/job/values",
          "/api/v1/series?match[]=up",
          "/api/v1/read",
          "/api/v1/targets",
          "/api/v1/status/config",
          "/api/v1/search/metric_names?search[]=u",
          "/api/v1/openapi.yaml",
          "/federate?match[]=up",
          "/metrics",
          "/",
          "/../../../../etc/passwd",
          "/%2e%2e/%2e%2e/etc/passwd",
          "/assets/..%2f..%2fetc/passwd");

  private final ListAppender<ILoggingEvent> leaks = new ListAppender<>();
  private final ApiServer server =
      new ApiServer(
          request -> new QueryValue.Matrix(List.of(longSeries(request.query()))),
          ApiOptions.DEFAULT,
          TIGHT,
          Labels.of("__name__", "up", "job", "a"));

  @BeforeEach
  void listen() {
    var samples = new SampleBuffer();
    samples.add(1000, 1);
    server.store.samples.put(Labels.of("__name__", "up", "job", "a"), samples);
    leaks.start();
    leakLogger().addAppender(leaks);
  }

  @AfterEach
  void close() {
    server.close();
    leakLogger().detachAppender(leaks);
    assertThat(server.store.open).as("selections that are still open").hasValue(0);
    assertThat(leaks.list).noneMatch(event -> event.getFormattedMessage().contains("LEAK"));
  }

  private static Logger leakLogger() {
    return (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
  }

  private static final QueryValue.Series LONG = series(2_000_000);
  private static final QueryValue.Series SHORT = series(3);

  /** One that is long enough that a client that does not read holds it up, or a short one. */
  private static QueryValue.Series longSeries(String query) {
    return query.equals("long") ? LONG : SHORT;
  }

  private static QueryValue.Series series(int points) {
    var times = new long[points];
    var values = new double[points];
    for (int i = 0; i < points; i++) {
      times[i] = 1000L * i;
      values[i] = 1.0 / (i + 1);
    }
    return new QueryValue.Series(Labels.of("a", "b"), times, values, null);
  }

  @Test
  void garbage_ofAnyKind_isAnsweredOrHungUpOn() throws IOException {
    var random = new Random(SEED);
    for (int i = 0; i < MALFORMED; i++) {
      byte[] request = malformed(random);
      String about = "request " + i + " of seed " + SEED + ": " + new String(request, ISO_8859_1);
      String answer = exchange(request);
      if (!answer.isEmpty()) {
        assertThat(answer).as(about).startsWith("HTTP/");
        int status = Integer.parseInt(answer.split(" ", 3)[1]);
        assertThat(status).as(about).isBetween(200, 503).isNotEqualTo(500);
        assertThat(answer).as(about).doesNotContain("root:").doesNotContain("Exception");
      }
      if (i % 100 == 99) {
        assertThat(server.get("/-/healthy").statusCode()).isEqualTo(200);
      }
    }
  }

  private String exchange(byte[] request) throws IOException {
    try (var socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(30_000);
      try {
        socket.getOutputStream().write(request);
        socket.shutdownOutput();
        return new String(readAll(socket.getInputStream()), ISO_8859_1);
      } catch (SocketException e) {
        return ""; // reset by the server
      }
    }
  }

  private static byte[] readAll(InputStream in) throws IOException {
    var out = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    try {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        out.write(buffer, 0, count);
      }
    } catch (SocketException e) {
      return out.toByteArray(); // reset in the middle of the answer
    }
    return out.toByteArray();
  }

  private static byte[] malformed(Random random) {
    String path = PATHS.get(random.nextInt(PATHS.size()));
    return switch (random.nextInt(14)) {
      case 0 -> noise(random, random.nextInt(2000));
      case 1 -> flipped(random, valid("GET", path, ""));
      case 2 -> flipped(random, valid("POST", path, "query=up&time=1"));
      case 3 -> ascii(random.nextBoolean() ? "GET " + path + "\r\n\r\n" : "GET\r\n\r\n");
      case 4 -> ascii("GET " + path + " HTTP/" + random.nextInt(12) + ".9\r\nHost: a\r\n\r\n");
      case 5 -> ascii(word(random) + " " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
      case 6 ->
          ascii("GET " + path + "&x=%" + word(random) + "%zz%00%ff HTTP/1.1\r\nHost: a\r\n\r\n");
      case 7 -> headers(path, "X-Long: " + "y".repeat(1 << random.nextInt(18)));
      case 8 -> headers(path, lengths(random));
      case 9 -> chunked(random, path);
      case 10 -> join(valid("POST", "/api/v1/read", ""), noise(random, 500));
      case 11 -> body(random, "/api/v1/read", noise(random, random.nextInt(3000)));
      case 12 -> form(random, path);
      default ->
          ascii("GET /" + "a/".repeat(random.nextInt(60_000)) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    };
  }

  private static byte[] valid(String method, String path, String form) {
    return ascii(
        method
            + " "
            + path
            + " HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\nConnection: close\r\n"
            + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
            + form.length()
            + "\r\n\r\n"
            + form);
  }

  private static byte[] headers(String path, String header) {
    return ascii("POST " + path + " HTTP/1.1\r\nHost: a\r\n" + header + "\r\n\r\nquery=up");
  }

  private static String lengths(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> "Content-Length: -1";
      case 1 -> "Content-Length: 99999999999999999999";
      case 2 -> "Content-Length: 5\r\nContent-Length: 8";
      case 3 -> "Content-Length: 8\r\nTransfer-Encoding: chunked";
      default -> "Content-Length: 1000";
    };
  }

  private static byte[] chunked(Random random, String path) {
    String head = "POST " + path + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    return join(ascii(head + word(random) + "\r\nquery=up\r\n"), noise(random, 50));
  }

  private static byte[] body(Random random, String path, byte[] body) {
    return join(
        ascii(
            "POST "
                + path
                + " HTTP/1.1\r\nHost: a\r\nContent-Encoding: "
                + (random.nextBoolean() ? "snappy" : "gzip")
                + "\r\nContent-Length: "
                + body.length
                + "\r\n\r\n"),
        body);
  }

  private static byte[] form(Random random, String path) {
    byte[] form = noise(random, 1 + random.nextInt(300));
    return join(
        ascii(
            "POST "
                + path
                + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: "
                + form.length
                + "\r\n\r\n"),
        form);
  }

  private static byte[] flipped(Random random, byte[] request) {
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      request[random.nextInt(request.length)] = (byte) random.nextInt(256);
    }
    return request;
  }

  private static byte[] noise(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static String word(Random random) {
    return Integer.toString(random.nextInt(1 << 20), 36).toUpperCase(Locale.ROOT);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private static byte[] join(byte[] a, byte[] b) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(a);
    out.writeBytes(b);
    return out.toByteArray();
  }

  @Test
  void slowClients_allAtOnce_areCutOffWhileOthersAreServed() throws IOException {
    var slow = new ArrayList<Socket>();
    try {
      for (int i = 0; i < SLOW; i++) {
        slow.add(slowClient(i % 4));
      }
      var open = new ArrayList<>(slow);
      while (!open.isEmpty()) {
        assertThat(server.get("/api/v1/query?query=up").statusCode()).isEqualTo(200);
        open.removeIf(HostileClientsTest::isCutOff);
      }
    } finally {
      for (var socket : slow) {
        socket.close();
      }
    }
  }

  private Socket slowClient(int kind) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
    String text =
        switch (kind) {
          case 0 -> ""; // says nothing
          case 1 -> "GET /api/v1/query?query=up HTTP/1.1\r\nHost: a\r\nX-Slow: "; // goes on slowly
          case 2 ->
              "POST /api/v1/query HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n"
                  + "Content-Type: application/x-www-form-urlencoded\r\n\r\nquery="; // so does this
          default -> "GET /api/v1/query?query=long HTTP/1.1\r\nHost: a\r\n\r\n"; // does not read
        };
    socket.getOutputStream().write(ascii(text));
    return socket;
  }

  /** Sends one more byte; a client that was cut off learns of it by that. */
  private static boolean isCutOff(Socket socket) {
    try {
      socket.getOutputStream().write('y');
      return false;
    } catch (IOException e) {
      return true;
    }
  }
}
