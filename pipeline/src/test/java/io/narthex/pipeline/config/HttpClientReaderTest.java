package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.config.HttpClientConfig.HeaderValue;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpClientReaderTest {
  private static final Path FOLDER = Path.of("/etc/x").toAbsolutePath();

  @Test
  void read_everything_isKept() {
    HttpClientConfig client =
        client(
            """
            authorization: {type: ' Token ', credentials: c}
            follow_redirects: false
            enable_http2: false
            proxy_url: http://proxy:3128
            no_proxy: localhost,10.0.0.0/8
            proxy_connect_header: {X-A: [one, two]}
            tls_config: {ca_file: ca.pem, cert: C, key: K, server_name: s, min_version: TLS12}
            http_headers: {X-B: {values: [v], secrets: [s], files: [f]}}
            """);
    assertThat(client.authorization())
        .isEqualTo(new HttpClientConfig.Authorization("Token", new Secret("c"), null));
    assertThat(client.followRedirects()).isFalse();
    assertThat(client.enableHttp2()).isFalse();
    assertThat(client.proxy().url()).isEqualTo("http://proxy:3128");
    assertThat(client.proxy().noProxy()).isEqualTo("localhost,10.0.0.0/8");
    assertThat(client.proxy().connectHeader().get("X-A"))
        .containsExactly(new Secret("one"), new Secret("two"));
    assertThat(client.tls().caFile()).isEqualTo(FOLDER.resolve("ca.pem").toString());
    assertThat(client.tls().minVersion()).isEqualTo("TLS12");
    assertThat(client.headers().get("X-B"))
        .isEqualTo(
            List.of(
                new HeaderValue("v", null, null),
                new HeaderValue(null, new Secret("s"), null),
                new HeaderValue(null, null, FOLDER.resolve("f").toString())));
  }

  @Test
  void read_bearerTokenFile_isAnAuthorization() {
    assertThat(client("bearer_token_file: /t").authorization())
        .isEqualTo(new HttpClientConfig.Authorization("Bearer", null, "/t"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{basic_auth: {password: a, password_file: b}}|at most one of basic_auth password",
        "{basic_auth: {password_ref: a}}|there is no secret manager; use password_file",
        "{basic_auth: {}, authorization: {}}|at most one of basic_auth, oauth2 & authorization",
        "{authorization: {}, bearer_token: x}|authorization is not compatible with bearer_token",
        "{authorization: {type: BASIC}}|use \"basic_auth\" instead",
        "{oauth2: {client_id: a}}|oauth2 token_url must be configured",
        "{oauth2: {token_url: a}}|oauth2 client_id must be configured",
        "{tls_config: {cert: a}}|exactly one of key or key_file must be configured",
        "{tls_config: {key_file: a}}|exactly one of cert or cert_file must be configured",
        "{tls_config: {ca: a, ca_file: b}}|at most one of ca and ca_file",
        "{tls_config: {min_version: TLS1}}|unknown TLS version: TLS1, must be one of",
        "{tls_config: {min_version: TLS13, max_version: TLS12}}|must not be below min_version",
        "{no_proxy: a}|if no_proxy is configured, proxy_url must also be configured",
        "{proxy_url: 'http://x', proxy_from_environment: true}|proxy_url must not be configured",
        "{no_proxy: a, proxy_from_environment: true}|no_proxy must not be configured",
        "{proxy_connect_header: {a: [b]}}|proxy_url or proxy_from_environment must also be",
        "{proxy_url: '1.2.3.4:3128'}|first path segment in URL cannot contain colon",
        "{proxy_url: 'http://a:b:c'}|invalid port",
        "{http_headers: {Content-Length: {values: [1]}}}|setting header \"Content-Length\" is not",
        "{http_headers: {X: 1}}|expected a mapping",
      })
  void read_settingsThatContradict_areRefused(String settings, String message) {
    assertThatThrownBy(() -> client(settings.substring(1, settings.length() - 1)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sigv4: {region: a}, basic_auth: {username: a}|Currently configured: [basic_auth, sigv4]",
        "sigv4: {access_key: a}|must provide a AWS SigV4 Access key and Secret Key",
        "azuread: {cloud: x}|must provide an Azure Managed Identity",
        "azuread: {sdk: {tenant_id: a}, oauth: {client_id: b}}|cannot provide more than one",
        "azuread: {sdk: {tenant: a}}|unknown key tenant, did you mean tenant_id?",
        "google_iam: {credential_file: a}|did you mean credentials_file?",
      })
  void read_cloudIdentity_isChecked(String settings, String message) {
    assertThatThrownBy(
            () ->
                ConfigurationLoader.load(
                    "remote_write: [{url: 'http://x', " + settings + "}]", FOLDER))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  private static HttpClientConfig client(String settings) {
    String text =
        settings.contains("\n")
            ? "scrape_configs:\n  - job_name: a\n" + settings.indent(4)
            : "scrape_configs: [{job_name: a, " + settings + "}]";
    return ConfigurationLoader.load(text, FOLDER).scrapeConfigs().get(0).client();
  }
}
