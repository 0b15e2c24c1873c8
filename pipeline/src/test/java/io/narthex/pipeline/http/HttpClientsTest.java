package io.narthex.pipeline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.HttpClientConfig;
import io.narthex.pipeline.config.HttpClientConfig.Authorization;
import io.narthex.pipeline.config.HttpClientConfig.BasicAuth;
import io.narthex.pipeline.config.HttpClientConfig.HeaderValue;
import io.narthex.pipeline.config.HttpClientConfig.OAuth2;
import io.narthex.pipeline.config.HttpClientConfig.Proxy;
import io.narthex.pipeline.config.HttpClientConfig.Tls;
import io.narthex.pipeline.config.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.test.StepVerifier;

class HttpClientsTest {
  @TempDir Path folder;
  private final AtomicInteger tokens = new AtomicInteger();
  private DisposableServer server;

  @BeforeEach
  void serve() {
    server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes ->
                    routes
                        .get("/", (request, response) -> response.sendString(echo(request)))
                        .post(
                            "/token",
                            (request, response) ->
                                response.sendString(
                                    Mono.just(
                                        "{\"access_token\": \"t"
                                            + tokens.incrementAndGet()
                                            + "\", \"expires_in\": 3600}"))))
            .bindNow();
  }

  @AfterEach
  void close() {
    server.disposeNow();
  }

  private static Mono<String> echo(HttpServerRequest request) {
    var headers = request.requestHeaders();
    return Mono.just(headers.get("Authorization", "-") + "|" + headers.getAll("X-A"));
  }

  private static HttpClientConfig config(
      @Nullable BasicAuth basic,
      @Nullable Authorization authorization,
      @Nullable OAuth2 oauth2,
      Tls tls,
      Proxy proxy,
      Map<String, List<HeaderValue>> headers) {
    return new HttpClientConfig(basic, authorization, oauth2, tls, proxy, true, true, headers);
  }

  private void expect(HttpClientConfig config, String... echoes) {
    var client = HttpClients.create(config);
    for (String echo : echoes) {
      StepVerifier.create(
              client
                  .get()
                  .uri("http://127.0.0.1:" + server.port() + "/")
                  .responseContent()
                  .aggregate()
                  .asString())
          .expectNext(echo)
          .verifyComplete();
    }
  }

  @Test
  void create_basicAuth_isSent() throws IOException {
    var basic = new BasicAuth("u", null, new Secret("p"), null);
    expect(config(basic, null, null, Tls.DEFAULT, Proxy.NONE, Map.of()), "Basic dTpw|[]");
    var file = Files.writeString(folder.resolve("password"), "p\n").toString();
    var fromFile = new BasicAuth("u", null, null, file);
    expect(config(fromFile, null, null, Tls.DEFAULT, Proxy.NONE, Map.of()), "Basic dTpw|[]");
  }

  @Test
  void create_tokenInAFile_isReadForEachRequest() throws IOException {
    var file = Files.writeString(folder.resolve("token"), "one\n");
    var config =
        config(
            null,
            new Authorization("Bearer", null, file.toString()),
            null,
            Tls.DEFAULT,
            Proxy.NONE,
            Map.of());
    expect(config, "Bearer one|[]");
    Files.writeString(file, "two");
    expect(config, "Bearer two|[]");
  }

  @Test
  void create_missingSecretFile_failsTheRequestAndNamesIt() {
    var client =
        HttpClients.create(
            config(
                null,
                new Authorization("Bearer", null, folder.resolve("none").toString()),
                null,
                Tls.DEFAULT,
                Proxy.NONE,
                Map.of()));
    StepVerifier.create(client.get().uri("http://127.0.0.1:" + server.port() + "/").response())
        .verifyErrorSatisfies(
            e -> assertThat(e).hasStackTraceContaining("unable to read the secret file"));
  }

  @Test
  void create_headers_areSentInOrder() {
    var values =
        List.of(new HeaderValue("1", null, null), new HeaderValue(null, new Secret("2"), null));
    expect(config(null, null, null, Tls.DEFAULT, Proxy.NONE, Map.of("X-A", values)), "-|[1, 2]");
  }

  @Test
  void create_oauth2_fetchesATokenOnceWhileItLasts() {
    var oauth2 =
        new OAuth2(
            "id",
            new Secret("s"),
            null,
            List.of("a"),
            "http://127.0.0.1:" + server.port() + "/token",
            Map.of(),
            Tls.DEFAULT,
            Proxy.NONE);
    expect(
        config(null, null, oauth2, Tls.DEFAULT, Proxy.NONE, Map.of()),
        "Bearer t1|[]",
        "Bearer t1|[]");
    assertThat(tokens).hasValue(1);
  }

  @Test
  void create_unusableSettings_areNamed() {
    var certificate =
        new Tls(null, "/nonexistent/ca.pem", null, null, null, null, "", false, null, null);
    assertThatThrownBy(
            () -> HttpClients.create(config(null, null, null, certificate, Proxy.NONE, Map.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("/nonexistent/ca.pem");
    var version = new Tls(null, null, null, null, null, null, "", false, "TLS99", null);
    assertThatThrownBy(
            () -> HttpClients.create(config(null, null, null, version, Proxy.NONE, Map.of())))
        .hasMessageContaining("unknown TLS version TLS99");
    var proxy = new Proxy("ftp://p:1", "", false, Map.of());
    assertThatThrownBy(
            () -> HttpClients.create(config(null, null, null, Tls.DEFAULT, proxy, Map.of())))
        .hasMessageContaining("unsupported proxy_url scheme \"ftp\"");
  }

  @Test
  void address_listenTexts_areRead() {
    assertThat(HttpServers.address("127.0.0.1:9090").getPort()).isEqualTo(9090);
    assertThat(HttpServers.address(":9090").getAddress().isAnyLocalAddress()).isTrue();
    assertThat(HttpServers.address("[::1]:1").getAddress().isLoopbackAddress()).isTrue();
    for (String bad : List.of("9090", "host:", "host:x", "host:70000")) {
      assertThatThrownBy(() -> HttpServers.address(bad))
          .hasMessage(
              "listen address \"" + bad + "\": want host:port or :port, such as 0.0.0.0:9090");
    }
  }

  @Test
  void at_portOfOneDigit_isAPortAndNoPartOfTheHost() {
    var request =
        HttpClients.at(
            HttpClients.create(HttpClientConfig.DEFAULT).get(), "http://127.0.0.1:9/metrics");
    StepVerifier.create(request.response())
        .expectErrorMatches(
            e -> e instanceof ConnectException && e.getMessage().contains("127.0.0.1:9"))
        .verify();
  }
}
