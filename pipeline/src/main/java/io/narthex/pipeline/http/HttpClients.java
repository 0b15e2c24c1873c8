package io.narthex.pipeline.http;

import io.narthex.pipeline.config.HttpClientConfig;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientRequest;
import reactor.netty.resources.ConnectionProvider;

/**
 * Clients that connect and identify themselves as configured. All of them share one pool of
 * connections; each keeps those of its own settings apart.
 *
 * <p>They speak HTTP/1.1, also where a configuration allows HTTP/2.
 *
 * <p>Redirects are followed up to ten times. Credentials and configured headers do not go along to
 * another host.
 */
public final class HttpClients {
  /** What requests say about who sends them, unless a header is configured. */
  public static final String USER_AGENT = "Narthex/0.1.0";

  private static final int MOST_REDIRECTS = 10;

  /**
   * Who asks bounds how much at once: a job its targets, a queue its requests. This ends runaways.
   */
  private static final int CONNECTIONS_PER_HOST = 10_000;

  private static final int WAITING_PER_HOST = 1024;

  private static final ConnectionProvider POOL =
      ConnectionProvider.builder("narthex")
          .maxConnections(CONNECTIONS_PER_HOST)
          .pendingAcquireMaxCount(WAITING_PER_HOST)
          .pendingAcquireTimeout(Duration.ofSeconds(60))
          .maxIdleTime(Duration.ofMinutes(5))
          .evictInBackground(Duration.ofSeconds(30))
          .disposeInactivePoolsInBackground(Duration.ofMinutes(1), Duration.ofMinutes(10))
          .build();

  private static final Pattern ONE_DIGIT_PORT = Pattern.compile("https?://[^/?#]+:[0-9](?![0-9])");

  private HttpClients() {}

  /**
   * A client for requests to any URL. It decodes no content encoding by itself.
   *
   * @throws IllegalArgumentException if a certificate, key, proxy or version cannot be used; the
   *     message names it
   */
  public static HttpClient create(HttpClientConfig config) {
    var client =
        HttpClient.create(POOL)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 30_000)
            .headers(headers -> headers.set(HttpHeaderNames.USER_AGENT, USER_AGENT));
    client = Proxies.apply(client, config.proxy());
    client = ClientTls.apply(client, config.tls());
    client = Credentials.apply(client, config);
    if (config.followRedirects()) {
      client =
          client.followRedirect(
              (request, response) ->
                  isRedirect(response.status().code())
                      && request.redirectedFrom().length < MOST_REDIRECTS,
              request -> keepFromOthers(request, config));
    }
    return client;
  }

  /**
   * The request at a URL. Reactor Netty reads URLs by a pattern that takes a port of one digit for
   * a part of the host; those go in as parsed.
   */
  public static HttpClient.ResponseReceiver<?> at(
      HttpClient.ResponseReceiver<?> request, String url) {
    return ONE_DIGIT_PORT.matcher(url).lookingAt()
        ? request.uri(URI.create(url))
        : request.uri(url);
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  /** Takes out of a redirected request what is meant for the first host only. */
  private static void keepFromOthers(HttpClientRequest request, HttpClientConfig config) {
    String[] before = request.redirectedFrom();
    String now = request.resourceUrl();
    if (before.length == 0 || now == null || sameHost(before[0], now)) {
      return;
    }
    var headers = request.requestHeaders();
    headers.remove(HttpHeaderNames.AUTHORIZATION).remove(HttpHeaderNames.COOKIE);
    config.headers().keySet().forEach(headers::remove);
  }

  private static boolean sameHost(String a, String b) {
    var first = URI.create(a);
    var second = URI.create(b);
    return Objects.equals(lower(first.getHost()), lower(second.getHost()))
        && first.getPort() == second.getPort()
        && Objects.equals(lower(first.getScheme()), lower(second.getScheme()));
  }

  private static String lower(@Nullable String text) {
    return text == null ? "" : text.toLowerCase(Locale.ROOT);
  }
}
