package io.narthex.pipeline.config;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an HTTP client connects and proves who it is; shared by scraping, discovery, remote write and
 * Alertmanagers. Files are absolute paths, read when they are needed.
 *
 * @param headers added to each request: name to values
 */
public record HttpClientConfig(
    @Nullable BasicAuth basicAuth,
    @Nullable Authorization authorization,
    @Nullable OAuth2 oauth2,
    Tls tls,
    Proxy proxy,
    boolean followRedirects,
    boolean enableHttp2,
    Map<String, List<HeaderValue>> headers)
    implements Serializable {

  public static final HttpClientConfig DEFAULT =
      new HttpClientConfig(null, null, null, Tls.DEFAULT, Proxy.NONE, true, true, Map.of());

  public HttpClientConfig {
    headers = Map.copyOf(headers);
  }

  /** User and password, each as a value or in a file. */
  public record BasicAuth(
      String username,
      @Nullable String usernameFile,
      @Nullable Secret password,
      @Nullable String passwordFile)
      implements Serializable {}

  /** An {@code Authorization} header of any type, by default {@code Bearer}. */
  public record Authorization(
      String type, @Nullable Secret credentials, @Nullable String credentialsFile)
      implements Serializable {}

  /** OAuth 2 client credentials grant. */
  public record OAuth2(
      String clientId,
      @Nullable Secret clientSecret,
      @Nullable String clientSecretFile,
      List<String> scopes,
      String tokenUrl,
      Map<String, String> endpointParams,
      Tls tls,
      Proxy proxy)
      implements Serializable {}

  /** TLS of a client. PEM texts or files; versions as {@code TLS12}. */
  public record Tls(
      @Nullable String ca,
      @Nullable String caFile,
      @Nullable String cert,
      @Nullable String certFile,
      @Nullable Secret key,
      @Nullable String keyFile,
      String serverName,
      boolean insecureSkipVerify,
      @Nullable String minVersion,
      @Nullable String maxVersion)
      implements Serializable {
    public static final Tls DEFAULT =
        new Tls(null, null, null, null, null, null, "", false, null, null);
  }

  /** Proxy of a client. */
  public record Proxy(
      @Nullable String url,
      String noProxy,
      boolean fromEnvironment,
      Map<String, List<Secret>> connectHeader)
      implements Serializable {
    public static final Proxy NONE = new Proxy(null, "", false, Map.of());
  }

  /** One value of a header: open, secret or in a file; exactly one is not null. */
  public record HeaderValue(@Nullable String value, @Nullable Secret secret, @Nullable String file)
      implements Serializable {}
}
