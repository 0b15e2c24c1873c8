package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.WebConfig.ClientAuth;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebConfigLoaderTest {
  private static final String HASH = "$2y$04$" + "a".repeat(53);

  private static WebConfig parse(String... lines) {
    return WebConfigLoader.parse(String.join("\n", lines), "web.yml", Path.of("/etc/narthex"));
  }

  @Test
  void parse_emptyFile_isOpen() {
    var config = parse("");
    assertThat(config.tls()).isNull();
    assertThat(config.http2()).isTrue();
    assertThat(config.users()).isEmpty();
    assertThat(config.rateLimit()).isNull();
  }

  @Test
  void parse_everything_isRead() {
    var config =
        parse(
            "tls_server_config:",
            "  cert_file: server.crt",
            "  key_file: /keys/server.key",
            "  client_auth_type: RequireAndVerifyClientCert",
            "  client_ca_file: ca.crt",
            "  client_allowed_sans: [prometheus.example.org, 10.0.0.1]",
            "  min_version: TLS12",
            "  max_version: TLS13",
            "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]",
            "  prefer_server_cipher_suites: false",
            "  curve_preferences: [X25519, CurveP256]",
            "http_server_config:",
            "  http2: false",
            "  headers:",
            "    X-Frame-Options: deny",
            "    Strict-Transport-Security: max-age=31536000",
            "basic_auth_users:",
            "  alice: " + HASH,
            "rate_limit:",
            "  interval: 100ms",
            "  burst: 20");
    assertThat(config.tls())
        .isEqualTo(
            new WebConfig.Tls(
                2,
                null,
                "/etc/narthex/server.crt",
                null,
                "/keys/server.key",
                ClientAuth.REQUIRE_AND_VERIFY,
                null,
                "/etc/narthex/ca.crt",
                List.of("prometheus.example.org", "10.0.0.1"),
                "TLS12",
                "TLS13",
                List.of("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
                false,
                List.of("X25519", "CurveP256")));
    assertThat(config.http2()).isFalse();
    assertThat(config.headers())
        .isEqualTo(
            Map.of("X-Frame-Options", "deny", "Strict-Transport-Security", "max-age=31536000"));
    assertThat(config.users()).isEqualTo(Map.of("alice", new Secret(HASH)));
    assertThat(config.rateLimit()).isEqualTo(new WebConfig.RateLimit(Duration.ofMillis(100), 20));
    assertThat(config.toString()).doesNotContain(HASH);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tls_server_config: {cert_file: a}              | web.yml:1:20: tls_server_config: missing one of key or key_file
          tls_server_config: {key_file: a}               | web.yml:1:20: tls_server_config: missing one of cert or cert_file
          tls_server_config: {min_version: TLS13}        | missing one of cert or cert_file, without it the server would speak plain HTTP
          tls_server_config: {cert_file: a, key_file: b, client_ca_file: c} | client CA's have been configured without a client auth policy
          tls_server_config: {cert_file: a, key_file: b, client_auth_type: Request} | web.yml:1:66: tls_server_config.client_auth_type: unknown client_auth_type: Request
          tls_server_config: {cert_file: a, key_file: b, client_allowed_sans: [a]} | needs client_auth_type RequireAndVerifyClientCert
          tls_server_config: {cert_file: a, key_file: b, min_version: TLS14} | unknown TLS version: TLS14
          tls_server_config: {cert_file: a, key_file: b, min_version: TLS13, max_version: TLS12} | must not be below min_version (TLS13)
          tls_server_config: {cert_file: a, key_file: b, cipher_suites: [TLS_ROT13]} | tls_server_config.cipher_suites[0]: unknown cipher: TLS_ROT13
          tls_server_config: {cert_file: a, key_file: b, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]} | HTTP/2 needs one of
          tls_server_config: {cert_file: a, key_file: b, curve_preferences: [CurveP255]} | unknown curve: CurveP255, did you mean CurveP256?
          http_server_config: {headers: {X-Powered-By: a}} | HTTP header "X-Powered-By" can not be configured
          http_server_config: {headers: {X-Frame-Options: no}} | expected one of [deny, sameorigin], got "no"
          http_server_config: {http: true}               | web.yml:1:22: http_server_config.http: unknown key http, did you mean http2?
          basic_auth_users: {alice: plain}               | web.yml:1:27: basic_auth_users.alice: not a bcrypt hash
          rate_limit: {interval: 1s}                     | must be at least 1
          tls_config: {}                                 | unknown key tls_config
          - 1                                            | expected a mapping
          """)
  void parse_fault_isToldWithItsPlace(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  @Test
  void parse_wrongHash_isNotShown() {
    assertThatThrownBy(() -> parse("basic_auth_users:", "  alice: hunter2"))
        .hasMessageStartingWith("web.yml:2:10: basic_auth_users.alice")
        .hasMessageNotContaining("hunter2");
  }
}
