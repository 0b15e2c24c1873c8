package io.narthex.sources.scrape;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.config.Secret;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.tcp.TcpServer;
import reactor.test.StepVerifier;

class HttpFetcherTest {
  final BufferPool buffers = new BufferPool(4);
  private final LoopHarness harness = new LoopHarness();
  DisposableServer server;

  Fetcher fetcher() {
    return new HttpFetcher(buffers, 1 << 20);
  }

  @AfterEach
  void close() {
    if (server != null) {
      server.disposeNow();
    }
  }

  void serve(java.util.function.Consumer<HttpServerRoutes> routes) {
    server = HttpServer.create().host("127.0.0.1").port(0).route(routes).bindNow();
  }

  JobBuilder job() {
    return new JobBuilder("j").targets("127.0.0.1:" + server.port());
  }

  private Mono<Body> fetch(JobBuilder job) {
    return fetcher().fetch(job.target());
  }

  private void expectFault(JobBuilder job, String message) {
    StepVerifier.create(fetch(job))
        .verifyErrorSatisfies(
            e -> assertThat(e).isInstanceOf(ScrapeException.class).hasMessage(message));
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  @Test
  void fetch_plainTarget_sendsWhatPrometheusSends() {
    var seen = new AtomicReference<Map<String, String>>();
    serve(
        routes ->
            routes.get(
                "/metrics",
                (request, response) -> {
                  var headers = new java.util.TreeMap<String, String>();
                  request
                      .requestHeaders()
                      .forEach(h -> headers.put(h.getKey().toLowerCase(), h.getValue()));
                  headers.put("uri", request.uri());
                  seen.set(headers);
                  return response
                      .header("Content-Type", "text/plain")
                      .sendString(Mono.just("a 1\n"));
                }));
    var job = job();
    job.params = Map.of("m", List.of("a b", "c"));
    StepVerifier.create(fetch(job))
        .assertNext(
            body -> {
              assertThat(new String(body.bytes(), 0, body.length(), UTF_8)).isEqualTo("a 1\n");
              assertThat(body.contentType()).isEqualTo("text/plain");
            })
        .verifyComplete();
    assertThat(seen.get())
        .containsEntry("uri", "/metrics?m=a+b&m=c")
        .containsEntry("accept-encoding", "gzip")
        .containsEntry("x-prometheus-scrape-timeout-seconds", "10")
        .containsEntry(
            "accept",
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                + "application/openmetrics-text;version=0.0.1;q=0.5,"
                + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2");
  }

  @Test
  void fetch_otherStatus_isAFault() {
    serve(routes -> routes.get("/other", (request, response) -> response.send()));
    expectFault(job(), "server returned HTTP status 404 Not Found");
  }

  @Test
  void fetch_nobodyListens_isRefused() {
    serve(routes -> {});
    int port = server.port();
    server.disposeNow();
    String url = "http://127.0.0.1:" + port + "/metrics";
    expectFault(
        job(), "Get \"" + url + "\": dial tcp 127.0.0.1:" + port + ": connect: connection refused");
  }

  @Test
  void fetch_bodyOverTheLimit_isAFault() {
    serve(
        routes ->
            routes.get(
                "/metrics",
                (request, response) -> response.sendString(Mono.just("x".repeat(2000)))));
    var job = job();
    job.bodySizeLimit = 1999;
    expectFault(job, "body size limit exceeded");
    job.bodySizeLimit = 2000;
    StepVerifier.create(fetch(job)).expectNextCount(1).verifyComplete();
  }

  @Test
  void unpacked_gzipBomb_stopsAtTheLimit() throws IOException {
    byte[] bomb = gzip(new byte[50 << 20]);
    assertThat(bomb.length).isLessThan(1 << 20);
    serve(
        routes ->
            routes.get(
                "/metrics",
                (request, response) ->
                    response
                        .header("Content-Encoding", "gzip")
                        .sendObject(Unpooled.wrappedBuffer(bomb))));
    var job = job();
    job.bodySizeLimit = 100_000;
    var tools =
        harness.tools(
            target -> Mono.empty(),
            reactor.core.scheduler.Schedulers.immediate(),
            ScrapeOptions.DEFAULT);
    StepVerifier.create(fetch(job).map(body -> tools.unpacked(body, job.target(), (b, n) -> n)))
        .verifyErrorSatisfies(e -> assertThat(e).hasMessage("body size limit exceeded"));
  }

  @Test
  void unpacked_gzipBody_isTheTextAgain() throws IOException {
    byte[] plain = "a 1\n".repeat(100_000).getBytes(UTF_8);
    byte[] packed = gzip(plain);
    serve(routes -> {});
    var tools =
        harness.tools(
            target -> Mono.empty(),
            reactor.core.scheduler.Schedulers.immediate(),
            ScrapeOptions.DEFAULT);
    var body = new Body(packed.clone(), packed.length, true, "text/plain");
    String text =
        tools.unpacked(body, job().target(), (b, length) -> new String(b, 0, length, UTF_8));
    assertThat(text).isEqualTo(new String(plain, UTF_8));
    packed[packed.length - 6] ^= 1;
    var damaged = new Body(packed, packed.length, true, "text/plain");
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> tools.unpacked(damaged, job().target(), (b, length) -> length))
        .hasMessage("gzip: invalid checksum");
  }

  @Test
  void fetch_redirectToAnotherHost_leavesCredentialsBehind() {
    var authorization = new AtomicReference<String>("");
    var custom = new AtomicReference<String>("");
    serve(
        routes ->
            routes
                .get(
                    "/metrics",
                    (request, response) ->
                        response.sendRedirect("http://localhost:" + server.port() + "/there"))
                .get(
                    "/there",
                    (request, response) -> {
                      authorization.set(
                          String.valueOf(request.requestHeaders().get("Authorization")));
                      custom.set(String.valueOf(request.requestHeaders().get("X-Key")));
                      return response.sendString(Mono.just("a 1\n"));
                    }));
    var job = job();
    job.client = authorized(true);
    StepVerifier.create(fetch(job)).expectNextCount(1).verifyComplete();
    assertThat(authorization.get()).isEqualTo("null");
    assertThat(custom.get()).isEqualTo("null");
  }

  @Test
  void fetch_redirectsNotFollowed_isAFault() {
    serve(routes -> routes.get("/metrics", (request, response) -> response.sendRedirect("/there")));
    var job = job();
    job.client = authorized(false);
    expectFault(job, "server returned HTTP status 302 Found");
  }

  @Test
  void fetch_redirectLoop_ends() {
    serve(
        routes -> routes.get("/metrics", (request, response) -> response.sendRedirect("/metrics")));
    expectFault(job(), "server returned HTTP status 302 Found");
  }

  @Test
  void fetch_bodyCutShort_isAFault() {
    String answer =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\na 1\n";
    server =
        TcpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle(
                (in, out) ->
                    in.receive().take(1).thenMany(out.sendString(Mono.just(answer)).then()))
            .bindNow();
    expectFault(job(), "unexpected EOF");
  }

  @Test
  void fetch_tlsOfAPlainTarget_isAFault() {
    serve(routes -> {});
    var job = job();
    job.scheme = "https";
    String url = "https://127.0.0.1:" + server.port() + "/metrics";
    expectFault(job, "Get \"" + url + "\": tls: first record does not look like a TLS handshake");
  }

  private static HttpClientConfig authorized(boolean redirects) {
    return new HttpClientConfig(
        null,
        new HttpClientConfig.Authorization("Bearer", new Secret("s"), null),
        null,
        HttpClientConfig.Tls.DEFAULT,
        HttpClientConfig.Proxy.NONE,
        redirects,
        true,
        Map.of("X-Key", List.of(new HttpClientConfig.HeaderValue("k", null, null))));
  }

  @Test
  void fetch_slowTarget_isLeftToTheCallersTimeout() {
    serve(routes -> routes.get("/metrics", (request, response) -> Mono.never()));
    StepVerifier.create(
            fetch(job())
                .timeout(Duration.ofMillis(50))
                .onErrorMap(e -> FetchFaults.described(e, "http://t/metrics")))
        .verifyErrorSatisfies(
            e -> assertThat(e).hasMessage("Get \"http://t/metrics\": context deadline exceeded"));
  }
}
