package io.narthex.pipeline.config;

import io.narthex.pipeline.config.HttpClientConfig.Authorization;
import io.narthex.pipeline.config.HttpClientConfig.BasicAuth;
import io.narthex.pipeline.config.HttpClientConfig.HeaderValue;
import io.narthex.pipeline.config.HttpClientConfig.OAuth2;
import io.narthex.pipeline.config.HttpClientConfig.Proxy;
import io.narthex.pipeline.config.HttpClientConfig.Tls;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the keys of an HTTP client, which stand among those of what uses the client. */
final class HttpClientReader {
  private static final List<String> TLS_VERSIONS = List.of("TLS10", "TLS11", "TLS12", "TLS13");

  /** Headers that the client sets itself. */
  private static final Set<String> RESERVED_HEADERS =
      Set.of(
          "authorization",
          "host",
          "content-encoding",
          "content-length",
          "content-type",
          "user-agent",
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "www-authenticate",
          "accept-encoding",
          "x-prometheus-remote-write-version",
          "x-prometheus-remote-read-version",
          "x-prometheus-scrape-timeout-seconds",
          "x-amz-date",
          "x-amz-security-token",
          "x-amz-content-sha256");

  private HttpClientReader() {}

  static HttpClientConfig read(Section section) {
    return read(section, true);
  }

  /**
   * Reads a client.
   *
   * @param http2 whether HTTP/2 is used if the keys do not say so
   */
  static HttpClientConfig read(Section section, boolean http2) {
    BasicAuth basic = basicAuth(section.section("basic_auth"));
    Authorization authorization = authorization(section.section("authorization"));
    OAuth2 oauth2 = oauth2(section.section("oauth2"));
    Secret bearer = section.secret("bearer_token");
    String bearerFile = section.file("bearer_token_file");
    checkExclusive(section);
    if (authorization == null && (bearer != null || bearerFile != null)) {
      authorization = new Authorization("Bearer", bearer, bearerFile);
    }
    Tls tls = tls(section.section("tls_config"));
    boolean redirects = section.shownFlag("follow_redirects", true);
    boolean useHttp2 = section.shownFlag("enable_http2", http2);
    Proxy proxy = proxy(section);
    return new HttpClientConfig(
        basic, authorization, oauth2, tls, proxy, redirects, useHttp2, headers(section));
  }

  /** TLS of a client; the default if the section is missing. */
  static Tls tls(@Nullable Section section) {
    if (section == null) {
      return Tls.DEFAULT;
    }
    String ca = section.text("ca");
    String cert = section.text("cert");
    Secret key = section.secret("key");
    String caFile = section.file("ca_file");
    String certFile = section.file("cert_file");
    String keyFile = section.file("key_file");
    refuseReferences(section, "ca_ref", "cert_ref", "key_ref");
    String serverName = section.text("server_name", "");
    boolean skipVerify = section.shownFlag("insecure_skip_verify", false);
    String min = tlsVersion(section, "min_version");
    String max = tlsVersion(section, "max_version");
    atMostOne(section, "at most one of ca and ca_file must be configured", "ca", "ca_file");
    atMostOne(section, "at most one of cert and cert_file must be configured", "cert", "cert_file");
    atMostOne(section, "at most one of key and key_file must be configured", "key", "key_file");
    boolean hasCert = section.has("cert") || section.has("cert_file");
    boolean hasKey = section.has("key") || section.has("key_file");
    if (hasCert && !hasKey) {
      section.fault(
          "exactly one of key or key_file must be configured when a client certificate is"
              + " configured");
    }
    if (hasKey && !hasCert) {
      section.fault(
          "exactly one of cert or cert_file must be configured when a client key is configured");
    }
    if (min != null && max != null && min.compareTo(max) > 0) {
      section.fault("max_version", "must not be below min_version (" + min + ")");
    }
    return new Tls(ca, caFile, cert, certFile, key, keyFile, serverName, skipVerify, min, max);
  }

  private static void checkExclusive(Section section) {
    boolean bearer = section.has("bearer_token") || section.has("bearer_token_file");
    boolean basic = section.has("basic_auth");
    boolean oauth2 = section.has("oauth2");
    boolean authorization = section.has("authorization");
    atMostOne(
        section,
        "at most one of bearer_token & bearer_token_file must be configured",
        "bearer_token",
        "bearer_token_file");
    if (bearer && (basic || oauth2)) {
      section.fault(
          "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be"
              + " configured");
    }
    if (authorization && bearer) {
      section.fault("authorization is not compatible with bearer_token & bearer_token_file");
    }
    if ((authorization && (basic || oauth2)) || (basic && oauth2)) {
      section.fault("at most one of basic_auth, oauth2 & authorization must be configured");
    }
  }

  private static @Nullable BasicAuth basicAuth(@Nullable Section section) {
    if (section == null) {
      return null;
    }
    String username = section.text("username", "");
    String usernameFile = section.file("username_file");
    Secret password = section.secret("password");
    String passwordFile = section.file("password_file");
    refuseReferences(section, "username_ref", "password_ref");
    atMostOne(
        section,
        "at most one of basic_auth username & username_file must be configured",
        "username",
        "username_file");
    atMostOne(
        section,
        "at most one of basic_auth password & password_file must be configured",
        "password",
        "password_file");
    return new BasicAuth(username, usernameFile, password, passwordFile);
  }

  private static @Nullable Authorization authorization(@Nullable Section section) {
    if (section == null) {
      return null;
    }
    String given = section.text("type", "Bearer").strip();
    String type = given.isEmpty() ? "Bearer" : given;
    section.show("type", type);
    Secret credentials = section.secret("credentials");
    String file = section.file("credentials_file");
    refuseReferences(section, "credentials_ref");
    atMostOne(
        section,
        "at most one of authorization credentials & credentials_file must be configured",
        "credentials",
        "credentials_file");
    if (type.toLowerCase(Locale.ROOT).equals("basic")) {
      section.fault(
          "type", "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
    }
    return new Authorization(type, credentials, file);
  }

  private static @Nullable OAuth2 oauth2(@Nullable Section section) {
    if (section == null) {
      return null;
    }
    section.context().unsupported(section.node(), "oauth2", section.path());
    String clientId = section.text("client_id", "");
    Secret secret = section.secret("client_secret");
    String secretFile = section.file("client_secret_file");
    section.text("client_certificate_key_id");
    section.secret("client_certificate_key");
    section.file("client_certificate_key_file");
    refuseReferences(section, "client_secret_ref", "client_certificate_key_ref");
    section.text("grant_type");
    section.text("signature_algorithm");
    section.text("iss");
    section.text("audience");
    Section claims = section.section("claims");
    if (claims != null) {
      claims.keys().forEach(claims::value);
    }
    List<String> scopes = section.texts("scopes");
    String tokenUrl = section.text("token_url", "");
    Map<String, String> params = section.textMap("endpoint_params", "name", "parameter");
    Tls tls = tls(section.section("tls_config"));
    Proxy proxy = proxy(section);
    section.require("client_id", "oauth2 client_id must be configured");
    section.require("token_url", "oauth2 token_url must be configured");
    atMostOne(
        section,
        "at most one of oauth2 client_secret & client_secret_file must be configured",
        "client_secret",
        "client_secret_file");
    return new OAuth2(clientId, secret, secretFile, scopes, tokenUrl, params, tls, proxy);
  }

  private static Proxy proxy(Section section) {
    Url url = section.url("proxy_url");
    String noProxy = section.text("no_proxy", "");
    boolean environment = section.flag("proxy_from_environment", false);
    var connect = new LinkedHashMap<String, List<Secret>>();
    section
        .textsMap("proxy_connect_header", false)
        .forEach((name, values) -> connect.put(name, values.stream().map(Secret::new).toList()));
    if (!connect.isEmpty() && !environment && url == null) {
      section.fault(
          "proxy_connect_header",
          "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be"
              + " configured");
    }
    if (environment && url != null) {
      section.fault(
          "proxy_url", "if proxy_from_environment is configured, proxy_url must not be configured");
    }
    if (environment && !noProxy.isEmpty()) {
      section.fault(
          "no_proxy", "if proxy_from_environment is configured, no_proxy must not be configured");
    }
    if (url == null && !environment && !noProxy.isEmpty()) {
      section.fault("no_proxy", "if no_proxy is configured, proxy_url must also be configured");
    }
    return new Proxy(url == null ? null : url.text(), noProxy, environment, connect);
  }

  private static Map<String, List<HeaderValue>> headers(Section section) {
    Section named = section.section("http_headers");
    if (named == null) {
      return Map.of();
    }
    var headers = new LinkedHashMap<String, List<HeaderValue>>();
    for (String name : named.keys()) {
      if (RESERVED_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
        named.fault(name, "setting header \"" + name + "\" is not allowed");
      }
      Section header = named.section(name);
      if (header != null) {
        headers.put(name, headerValues(header));
      }
    }
    return headers;
  }

  private static List<HeaderValue> headerValues(Section header) {
    var values = new ArrayList<HeaderValue>();
    header.texts("values").forEach(text -> values.add(new HeaderValue(text, null, null)));
    header
        .texts("secrets", "secret", false)
        .forEach(text -> values.add(new HeaderValue(null, new Secret(text), null)));
    var files = new ArrayList<String>();
    for (Value item : header.items("files")) {
      String text = item.text();
      if (text != null) {
        files.add(header.context().resolve(item.node(), item.path(), text));
      }
    }
    if (!files.isEmpty()) {
      header.show("files", files);
    }
    files.forEach(file -> values.add(new HeaderValue(null, null, file)));
    return List.copyOf(values);
  }

  private static @Nullable String tlsVersion(Section section, String key) {
    String version =
        section.oneOf(
            key,
            "",
            TLS_VERSIONS,
            word -> "unknown TLS version: " + word + ", must be one of " + TLS_VERSIONS);
    return version.isEmpty() ? null : version;
  }

  static void atMostOne(Section section, String message, String... keys) {
    int there = 0;
    for (String key : keys) {
      there += section.has(key) ? 1 : 0;
    }
    if (there > 1) {
      section.fault(message);
    }
  }

  private static void refuseReferences(Section section, String... keys) {
    for (String key : keys) {
      section.text(key);
      if (section.has(key)) {
        section.fault(
            key,
            "names a secret manager's secret, and there is no secret manager; use "
                + key.replace("_ref", "_file"));
      }
    }
  }
}
