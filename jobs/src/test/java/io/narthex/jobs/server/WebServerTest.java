package io.narthex.jobs.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.http.Routes;
import io.narthex.pipeline.http.WebGuard;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class WebServerTest {
  private static final int LIMIT = 3;

  @Test
  void listen_moreConnectionsThanAllowed_furtherOnesAreClosedUntilOneGoes() throws IOException {
    int port = freePort();
    try (var server = new WebServer(WebPlace.of("127.0.0.1:" + port, null, null), LIMIT)) {
      server.listen(List.of(new LifecycleRoutes(false, () -> {}, () -> {})));
      var held = new ArrayList<Socket>();
      try {
        for (int i = 0; i < LIMIT; i++) {
          var socket = new Socket("127.0.0.1", port);
          held.add(socket);
          assertThat(statusLine(socket, "GET", "/-/reload")).contains(" 405 ");
        }
        assertThat(statusLine(held.get(0), "GET", "/-/quit")).as("kept alive").contains(" 405 ");
        try (var further = new Socket("127.0.0.1", port)) {
          assertThat(statusLine(further, "GET", "/-/reload")).isEmpty();
        }
        held.remove(0).close();
        String status = "";
        while (status.isEmpty()) { // until the server has seen that one went
          try (var next = new Socket("127.0.0.1", port)) {
            status = statusLine(next, "POST", "/-/reload");
          }
        }
        assertThat(status).contains(" 403 ");
      } finally {
        for (var socket : held) {
          socket.close();
        }
      }
    }
  }

  @Test
  void close_requestThatDoesNotEnd_isCutAndTheRestIsClosed() throws Exception {
    int port = freePort();
    var asked = new CountDownLatch(1);
    var guard = WebGuard.open();
    Routes endless =
        (routes, prefix) ->
            routes.get(
                "/endless",
                (request, response) -> {
                  asked.countDown();
                  return Mono.never();
                });
    try (var socket = new Socket()) {
      var server =
          new WebServer(
              WebPlace.of("127.0.0.1:" + port, null, null),
              LIMIT,
              HttpServers.Limits.DEFAULT,
              guard,
              Duration.ofMillis(100));
      server.listen(List.of(endless));
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      String request = "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      asked.await();
      server.close();
      assertThat(statusLine(socket, "GET", "/endless")).as("the connection is cut").isEmpty();
    }
  }

  /** The first line of an answer, whose rest is read as well; empty if the server hangs up. */
  private static String statusLine(Socket socket, String method, String path) throws IOException {
    String request = method + " " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    var in = socket.getInputStream();
    var answer = new StringBuilder();
    try {
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      while (!isComplete(answer)) {
        int next = in.read();
        if (next < 0) {
          return "";
        }
        answer.append((char) next);
      }
    } catch (SocketException e) {
      return ""; // reset: the server did not even read the request
    }
    return answer.substring(0, answer.indexOf("\r\n"));
  }

  /** The bodies here, chunked or not, end with the only lone line feed or the last chunk. */
  private static boolean isComplete(StringBuilder answer) {
    int head = answer.indexOf("\r\n\r\n");
    if (head < 0) {
      return false;
    }
    return answer.indexOf("chunked") > 0
        ? answer.toString().endsWith("\r\n0\r\n\r\n")
        : answer.length() > head + 4 && answer.charAt(answer.length() - 1) == '\n';
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
