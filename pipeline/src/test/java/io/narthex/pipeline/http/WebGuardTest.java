package io.narthex.pipeline.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.Secret;
import io.narthex.pipeline.config.WebConfig;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;

class WebGuardTest {
  @TempDir Path folder;
  private @Nullable WebGuard guard;
  private @Nullable DisposableServer server;

  @AfterEach
  void close() {
    if (server != null) {
      server.disposeNow();
    }
    if (guard != null) {
      guard.close();
    }
  }

  private Path file(String name, String... lines) throws IOException {
    return Files.writeString(folder.resolve(name), String.join("\n", lines));
  }

  private DisposableServer serve(Path config) {
    guard = WebGuard.of(config);
    Routes routes =
        (to, prefix) ->
            to.get("/", (request, response) -> response.sendString(Mono.just(request.protocol())))
                .post(
                    "/",
                    (request, response) ->
                        response.sendString(request.receive().aggregate().asString()));
    server =
        HttpServers.create("127.0.0.1:0", HttpServers.Limits.DEFAULT, "", List.of(routes), guard)
            .bindNow();
    return server;
  }

  private HttpClient plain() {
    return HttpClient.create().host("127.0.0.1").port(server.port());
  }

  private HttpClient tls(X509Bundle authority, @Nullable X509Bundle own) throws Exception {
    var context = SslContextBuilder.forClient().trustManager(authority.getCertificate());
    if (own != null) {
      context.keyManager(own.getKeyPair().getPrivate(), own.getCertificatePath());
    }
    var built = context.build();
    return HttpClient.newConnection()
        .baseUrl("https://localhost:" + server.port())
        .secure(spec -> spec.sslContext(built));
  }

  private static int status(HttpClient client, @Nullable String login) {
    return client
        .headers(
            headers -> {
              if (login != null) {
                byte[] pair = login.getBytes(StandardCharsets.UTF_8);
                headers.set("Authorization", "Basic " + Base64.getEncoder().encodeToString(pair));
              }
            })
        .get()
        .uri("/")
        .response()
        .block()
        .status()
        .code();
  }

  private static String hash(int cost, String password) {
    return BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(cost, password.toCharArray());
  }

  private static X509Bundle authority() throws Exception {
    return new CertificateBuilder()
        .ecp256()
        .subject("CN=authority")
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }

  private static CertificateBuilder leaf(String name) {
    return new CertificateBuilder().ecp256().subject("CN=" + name).addSanDnsName(name);
  }

  private Path pem(String name, X509Bundle bundle) throws IOException {
    file(name + ".key", bundle.getPrivateKeyPEM());
    return file(name + ".crt", bundle.getCertificatePathPEM());
  }

  @Test
  void users_rightPassword_isLetInOthersAreNot() throws IOException {
    serve(file("web.yml", "basic_auth_users:", "  alice: " + hash(4, "right")));
    assertThat(status(plain(), null)).isEqualTo(401);
    assertThat(status(plain(), "alice:right")).isEqualTo(200);
    assertThat(status(plain(), "alice:right")).as("remembered").isEqualTo(200);
    assertThat(status(plain(), "alice:wrong")).isEqualTo(401);
    assertThat(status(plain(), "alice:wrong")).as("remembered").isEqualTo(401);
    assertThat(status(plain(), "bob:right")).isEqualTo(401);
    assertThat(status(plain(), "alice")).isEqualTo(401);
    var answer = plain().get().uri("/").response().block();
    assertThat(answer.responseHeaders().get("WWW-Authenticate")).isEqualTo("Basic");
  }

  @Test
  void selfScrapeKey_onlyGetOfItsPath_isLetIn() throws IOException {
    var key = SelfScrapeKey.random("/metrics");
    String token = key.token().value();
    Path config =
        file(
            "web.yml",
            "basic_auth_users:",
            "  alice: " + hash(4, "right"),
            "rate_limit: {interval: 1h, burst: 5}");
    guard = WebGuard.of(config, key);
    Routes routes =
        (to, prefix) ->
            to.route(request -> true, (request, response) -> response.sendString(Mono.just("in")));
    server =
        HttpServers.create("127.0.0.1:0", HttpServers.Limits.DEFAULT, "", List.of(routes), guard)
            .bindNow();

    assertThat(key.token()).hasToString("<secret>");
    assertThat(SelfScrapeKey.random("/metrics").token()).isNotEqualTo(key.token());
    assertThat(withToken("GET", "/metrics", token)).isEqualTo(200);
    assertThat(withToken("GET", "/metrics?name=up", token)).isEqualTo(200);
    assertThat(withToken("GET", "/metrics", token.substring(1))).isEqualTo(401);
    assertThat(withToken("GET", "/metrics", "")).isEqualTo(401);
    assertThat(withToken("POST", "/metrics", token)).isEqualTo(401);
    assertThat(withToken("GET", "/api/v1/query", token)).isEqualTo(401);
    assertThat(withToken("GET", "/metrics/../api/v1/query", token)).isEqualTo(401);
    assertThat(withToken("GET", "/", token)).as("the limit is reached").isEqualTo(429);
    assertThat(withToken("GET", "/metrics", token)).isEqualTo(200);
  }

  private int withToken(String method, String path, String token) {
    return plain()
        .headers(headers -> headers.set("Authorization", "Bearer " + token))
        .request(HttpMethod.valueOf(method))
        .uri(path)
        .response()
        .block()
        .status()
        .code();
  }

  @Test
  void users_postWithBody_bodyReachesTheRoute() throws IOException {
    serve(file("web.yml", "basic_auth_users:", "  a: " + hash(4, "p")));
    byte[] body = new byte[1 << 20];
    String answer =
        plain()
            .headers(headers -> headers.set("Authorization", "Basic YTpw"))
            .request(HttpMethod.POST)
            .uri("/")
            .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(body)))
            .responseContent()
            .aggregate()
            .asString()
            .block();
    assertThat(answer).hasSize(body.length);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // by crypt(3)
        "$2a$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
        "$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG",
        "$2y$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG"
      })
  void passwords_hashOfAnotherTool_isUnderstood(String hash) {
    var check = new PasswordCheck(Map.of("a", new Secret(hash)));
    assertThat(check.check("a", "pässword".getBytes(StandardCharsets.UTF_8))).isTrue();
    assertThat(check.check("a", "passwort".getBytes(StandardCharsets.UTF_8))).isFalse();
  }

  @Test
  void headersAndLimit_areAppliedToEachRequest() throws IOException {
    serve(
        file(
            "web.yml",
            "http_server_config: {headers: {X-Frame-Options: deny}}",
            "rate_limit: {interval: 1h, burst: 2}"));
    var answer = plain().get().uri("/").response().block();
    assertThat(answer.responseHeaders().get("X-Frame-Options")).isEqualTo("deny");
    assertThat(status(plain(), null)).isEqualTo(200);
    assertThat(status(plain(), null)).isEqualTo(429);
  }

  @Test
  void bucket_afterAnInterval_hasOneMore() {
    var now = new AtomicLong();
    var limit = new WebConfig.RateLimit(Duration.ofSeconds(1), 2);
    var bucket = new TokenBucket(limit, now::get);
    assertThat(List.of(bucket.tryTake(), bucket.tryTake(), bucket.tryTake()))
        .containsExactly(true, true, false);
    now.addAndGet(1_000_000_000);
    assertThat(List.of(bucket.tryTake(), bucket.tryTake())).containsExactly(true, false);
  }

  @Test
  void tls_http1AndHttp2_areSpoken() throws Exception {
    var ca = authority();
    pem("server", leaf("localhost").buildIssuedBy(ca));
    serve(file("web.yml", "tls_server_config: {cert_file: server.crt, key_file: server.key}"));
    assertThat(tls(ca, null).get().uri("/").responseContent().aggregate().asString().block())
        .isEqualTo("HTTP/1.1");
    var h2 =
        Http2SslContextSpec.forClient()
            .configure(builder -> builder.trustManager(ca.getCertificate()));
    String protocol =
        HttpClient.newConnection()
            .baseUrl("https://localhost:" + server.port())
            .protocol(HttpProtocol.H2)
            .secure(spec -> spec.sslContext(h2))
            .get()
            .uri("/")
            .responseContent()
            .aggregate()
            .asString()
            .block();
    assertThat(protocol).isEqualTo("HTTP/2.0");
  }

  @Test
  void clientCertificates_requiredWithSan_onlyTheRightOneIsLetIn() throws Exception {
    var ca = authority();
    var stranger = authority();
    pem("server", leaf("localhost").buildIssuedBy(ca));
    pem("ca", ca);
    serve(
        file(
            "web.yml",
            "tls_server_config:",
            "  cert_file: server.crt",
            "  key_file: server.key",
            "  client_auth_type: RequireAndVerifyClientCert",
            "  client_ca_file: ca.crt",
            "  client_allowed_sans: [grafana, '127.0.0.7']"));
    var byAddress =
        new CertificateBuilder()
            .ecp256()
            .subject("CN=x")
            .addSanIpAddress(InetAddress.getByName("127.0.0.7").getHostAddress())
            .buildIssuedBy(ca);
    assertThat(status(tls(ca, leaf("grafana").buildIssuedBy(ca)), null)).isEqualTo(200);
    assertThat(status(tls(ca, byAddress), null)).isEqualTo(200);
    for (X509Bundle own :
        new @Nullable X509Bundle[] {
          null, leaf("other").buildIssuedBy(ca), leaf("grafana").buildIssuedBy(stranger)
        }) {
      var client = tls(ca, own);
      assertThatThrownBy(() -> status(client, null)).isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void clientCertificates_givenOnlyIfThere_anonymousIsLetInStrangerIsNot() throws Exception {
    var ca = authority();
    pem("server", leaf("localhost").buildIssuedBy(ca));
    pem("ca", ca);
    serve(
        file(
            "web.yml",
            "tls_server_config: {cert_file: server.crt, key_file: server.key, client_ca_file: ca.crt,",
            "  client_auth_type: VerifyClientCertIfGiven}"));
    assertThat(status(tls(ca, null), null)).isEqualTo(200);
    assertThat(status(tls(ca, leaf("a").buildIssuedBy(ca)), null)).isEqualTo(200);
    var stranger = tls(ca, leaf("a").buildIssuedBy(authority()));
    assertThatThrownBy(() -> status(stranger, null)).isInstanceOf(RuntimeException.class);
  }

  @Test
  void change_ofCertificateAndUsers_isInForceForNewConnections() throws Exception {
    var before = authority();
    var after = authority();
    pem("server", leaf("localhost").buildIssuedBy(before));
    String tls = "tls_server_config: {cert_file: server.crt, key_file: server.key}";
    serve(file("web.yml", tls));
    assertThat(status(tls(before, null), null)).isEqualTo(200);
    var first = guard.security();
    file("web.yml", tls, "basic_auth_users: {a: broken}");
    pem("server", leaf("localhost").buildIssuedBy(after));
    file("web.yml", tls, "basic_auth_users:", "  a: " + hash(4, "b"));
    while (guard.security() == first || status2(after) != 401) {
      Thread.onSpinWait();
    }
    assertThat(status(tls(after, null), "a:b")).isEqualTo(200);
  }

  private int status2(X509Bundle authority) throws Exception {
    try {
      return status(tls(authority, null), null);
    } catch (RuntimeException e) {
      return 0; // the certificate of before
    }
  }

  @Test
  void load_certificateThatCannotBeUsed_isToldWithTheSection() throws Exception {
    var ca = authority();
    pem("server", leaf("localhost").buildIssuedBy(ca));
    pem("other", leaf("localhost").buildIssuedBy(ca));
    file("junk.crt", "junk");
    assertRefused("server.crt", "none.key", "key_file " + folder + "/none.key: no such file");
    assertRefused("none.crt", "server.key", "cert_file " + folder + "/none.crt: no such file");
    assertRefused("server.crt", "junk.crt", "no PEM block of a private key");
    assertRefused("junk.crt", "server.key", "cert_file " + folder + "/junk.crt");
    assertRefused("server.crt", "other.key", "private key does not match the certificate");
  }

  private void assertRefused(String cert, String key, String message) throws IOException {
    var config =
        file("web.yml", "tls_server_config:", "  cert_file: " + cert, "  key_file: " + key);
    assertThatThrownBy(() -> WebSecurity.load(config))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith(config + ":2:1: tls_server_config: ")
        .hasMessageContaining(message);
  }
}
