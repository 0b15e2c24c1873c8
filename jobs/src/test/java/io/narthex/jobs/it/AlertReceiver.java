package io.narthex.jobs.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Takes alerts as an Alertmanager does, and remembers them. */
final class AlertReceiver implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final List<Received> received = new CopyOnWriteArrayList<>();

  /** An alert as it was posted. */
  record Received(JsonNode alert, boolean resolved) {
    String name() {
      return alert.at("/labels/alertname").asText();
    }

    String startsAt() {
      return alert.at("/startsAt").asText();
    }
  }

  private AlertReceiver(HttpServer server) {
    this.server = server;
  }

  static AlertReceiver start() throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var receiver = new AlertReceiver(HttpServer.create(address, 0));
    receiver.server.createContext("/api/v2/alerts", receiver::take);
    receiver.server.start();
    return receiver;
  }

  /** Host and port. */
  String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** What was posted of an alert, in order. */
  List<Received> of(String name) {
    return received.stream().filter(alert -> alert.name().equals(name)).toList();
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      var now = Instant.now();
      for (var alert : JSON.readTree(exchange.getRequestBody())) {
        boolean ended = !Instant.parse(alert.at("/endsAt").asText()).isAfter(now);
        received.add(new Received(alert, ended));
      }
      exchange.sendResponseHeaders(200, -1);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
