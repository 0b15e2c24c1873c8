package io.narthex.sources.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.EventExecutor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.HttpResources;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.TcpServer;
import reactor.test.StepVerifier;

/** All that holds for {@link HttpFetcher}, and how connections are kept. */
class PlainFetcherTest extends HttpFetcherTest {
  private final PlainFetcher plain =
      new PlainFetcher(new HttpFetcher(buffers, 1 << 20), buffers, 1 << 20);

  @Override
  Fetcher fetcher() {
    return plain;
  }

  @AfterEach
  void end() {
    plain.close();
  }

  private String text(TargetSplit target) {
    var body = plain.fetch(target).block();
    return body == null ? "nothing" : new String(body.bytes(), 0, body.length(), UTF_8);
  }

  @Test
  void fetch_againAndAgain_usesOneConnection() {
    Set<SocketAddress> clients = ConcurrentHashMap.newKeySet();
    serve(
        routes ->
            routes.get(
                "/metrics",
                (request, response) -> {
                  clients.add(request.remoteAddress());
                  return response.sendString(Flux.just("a ", "1\n", "b 2\n")); // in chunks
                }));
    var target = job().target();
    for (int i = 0; i < 5; i++) {
      assertThat(text(target)).isEqualTo("a 1\nb 2\n");
    }
    assertThat(clients).hasSize(1);
    assertThat(plain.limitsTime(target)).isTrue();
  }

  @Test
  void fetch_idleConnectionEndedByTheTarget_connectsAgain() {
    var connections = new AtomicInteger();
    server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .doOnConnection(connection -> connections.incrementAndGet())
            .handle(
                (in, out) -> // answers one request, and ends when the second one comes
                in.receive()
                        .take(2)
                        .index()
                        .concatMap(
                            part ->
                                part.getT1() == 0
                                    ? out.sendString(
                                            Mono.just(
                                                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na 1\n"))
                                        .then()
                                    : Mono.<Void>empty()))
            .bindNow();
    var target = job().target();
    assertThat(text(target)).isEqualTo("a 1\n");
    assertThat(text(target)).isEqualTo("a 1\n");
    assertThat(connections).hasValue(2);
  }

  /** A target that, on each connection but the last, resets it when the second request comes. */
  private static void resetOnce(ServerSocket listening, AtomicInteger connections) {
    byte[] answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\na 1\n".getBytes(UTF_8);
    try {
      while (connections.incrementAndGet() <= 2) {
        try (var socket = listening.accept()) {
          var requests = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
          skipRequest(requests);
          socket.getOutputStream().write(answer);
          skipRequest(requests);
          socket.setSoLinger(true, 0); // what is closed now ends by RST
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void skipRequest(BufferedReader in) throws IOException {
    for (var line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      assertThat(line).isNotNull();
    }
  }

  @Test
  void fetch_idleConnectionResetByTheTarget_connectsAgain() throws Exception {
    var connections = new AtomicInteger();
    try (var listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var serving = new Thread(() -> resetOnce(listening, connections), "resetting-target");
      serving.start();
      var target = new JobBuilder("j").targets("127.0.0.1:" + listening.getLocalPort()).target();
      assertThat(text(target)).isEqualTo("a 1\n");
      assertThat(text(target)).isEqualTo("a 1\n");
      assertThat(connections).hasValue(2);
      plain.retain(List.of()); // ends the second connection
      serving.join();
    }
  }

  @Test
  void begin_cancelledBefore_keepsTheIdleConnection() {
    var idle = new EmbeddedChannel();
    var target = PlainTarget.of(new JobBuilder("j").targets("h:1").target(), 1 << 20);
    assertThat(target).isNotNull();
    Mono.<Body>create(
            sink -> {
              var exchange = new PlainExchange(plain, target, buffers, sink, idle.eventLoop());
              exchange.cancel();
              exchange.begin(idle);
            })
        .subscribe()
        .dispose();
    assertThat(target.take()).isSameAs(idle);
    assertThat(idle.isOpen()).isTrue();
    idle.close();
  }

  @Test
  void fetch_noAnswerInTime_isAFaultAndTheConnectionIsNotUsedAgain() {
    var requests = new AtomicInteger();
    serve(
        routes ->
            routes.get(
                "/metrics",
                (request, response) ->
                    requests.incrementAndGet() == 1
                        ? Mono.never()
                        : response.sendString(Mono.just("a 1\n"))));
    var job = job();
    job.timeout = Duration.ofMillis(100);
    var target = job.target();
    StepVerifier.create(plain.fetch(target))
        .verifyErrorSatisfies(
            e ->
                assertThat(e)
                    .hasMessage("Get \"" + target.url() + "\": context deadline exceeded"));
    assertThat(text(target)).isEqualTo("a 1\n");
  }

  @Test
  void fetch_targetThatRedirects_isFollowed() {
    serve(
        routes ->
            routes
                .get("/metrics", (request, response) -> response.sendRedirect("/there"))
                .get("/there", (request, response) -> response.sendString(Mono.just("b 2\n"))));
    var target = job().target();
    assertThat(text(target)).isEqualTo("b 2\n");
    assertThat(text(target)).isEqualTo("b 2\n");
    assertThat(plain.limitsTime(target)).isFalse();
  }

  /** All timers are those of one event loop, so that they end in the order of their times. */
  @Test
  void fetch_slowRedirectAndSlowAnswer_timeOutTogether() {
    serve(
        routes ->
            routes.get(
                "/metrics",
                (request, response) ->
                    Mono.delay(Duration.ofMillis(150)).then(response.sendRedirect("/there"))));
    var job = job();
    job.timeout = Duration.ofMillis(250);
    Fetcher slow =
        split ->
            Mono.<Body>create(
                sink -> {
                  var body = new Body("b 2\n".getBytes(UTF_8), 4, false, "text/plain");
                  runningLoop().schedule(() -> sink.success(body), 200, TimeUnit.MILLISECONDS);
                });
    try (var redirected = new PlainFetcher(slow, buffers, 1 << 20)) {
      StepVerifier.create(redirected.fetch(job.target())).verifyError(TimeoutException.class);
    }
  }

  private static EventExecutor runningLoop() {
    for (var loop : HttpResources.get().onClient(LoopResources.DEFAULT_NATIVE)) {
      if (loop.inEventLoop()) {
        return loop;
      }
    }
    throw new IllegalStateException("not on an event loop");
  }

  @Test
  void fetch_brokenAnswer_isAFault() {
    server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle(
                (in, out) ->
                    in.receive()
                        .take(1)
                        .thenMany(out.sendString(Mono.just("what?\r\n\r\n")).then()))
            .bindNow();
    StepVerifier.create(plain.fetch(job().target()))
        .verifyErrorSatisfies(e -> assertThat(e).isInstanceOf(ScrapeException.class));
  }

  @Test
  void retain_targetsThatAreGone_areForgottenAndTheirConnectionsEnd() {
    var connections = new CopyOnWriteArrayList<Channel>();
    server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .doOnChannelInit((observer, channel, address) -> connections.add(channel))
            .route(
                routes ->
                    routes.get(
                        "/metrics", (request, response) -> response.sendString(Mono.just("a 1\n"))))
            .bindNow();
    var stays = job().target();
    var goes = new JobBuilder("other").targets("127.0.0.1:" + server.port()).target();
    assertThat(text(stays)).isEqualTo("a 1\n");
    assertThat(text(goes)).isEqualTo("a 1\n");
    plain.retain(List.of(stays));
    assertThat(text(stays)).isEqualTo("a 1\n");
    assertThat(connections).hasSize(2);
    assertThat(text(goes)).isEqualTo("a 1\n");
    assertThat(connections).hasSize(3);
    connections.get(1).closeFuture().syncUninterruptibly();
    assertThat(connections.get(0).isActive()).isTrue();
  }
}
