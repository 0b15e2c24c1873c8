package io.narthex.pipeline.http;

import io.narthex.pipeline.config.HttpClientConfig;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.HttpClient;
import reactor.netty.transport.ProxyProvider;

/** Proxies of clients, set or from the environment. */
final class Proxies {
  private Proxies() {}

  static HttpClient apply(HttpClient client, HttpClientConfig.Proxy proxy) {
    String url = proxy.url();
    String except = proxy.noProxy();
    if (url == null && proxy.fromEnvironment()) {
      url = environment("HTTPS_PROXY", "HTTP_PROXY");
      String noProxy = environment("NO_PROXY");
      except = noProxy == null ? "" : noProxy;
    }
    return url == null || url.isEmpty() ? client : through(client, URI.create(url), except, proxy);
  }

  private static HttpClient through(
      HttpClient client, URI url, String except, HttpClientConfig.Proxy config) {
    var type = type(url);
    String host = url.getHost();
    if (host == null) {
      throw new IllegalArgumentException("proxy_url without a host: " + url.getScheme() + "://");
    }
    return client.proxy(
        spec -> {
          var builder = spec.type(type).host(host).port(port(url));
          String user = url.getUserInfo();
          if (user != null) {
            int colon = user.indexOf(':');
            String password = colon < 0 ? "" : user.substring(colon + 1);
            builder
                .username(colon < 0 ? user : user.substring(0, colon))
                .password(name -> password);
          }
          builder.nonProxyHostsPredicate(exceptions(except));
          builder.httpHeaders(
              headers ->
                  config
                      .connectHeader()
                      .forEach(
                          (name, values) -> values.forEach(v -> headers.add(name, v.value()))));
        });
  }

  private static ProxyProvider.Proxy type(URI url) {
    String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    return switch (scheme) {
      case "http", "https" -> ProxyProvider.Proxy.HTTP;
      case "socks5", "socks5h" -> ProxyProvider.Proxy.SOCKS5;
      default ->
          throw new IllegalArgumentException(
              "unsupported proxy_url scheme \"" + scheme + "\", use http, https or socks5");
    };
  }

  private static int port(URI url) {
    if (url.getPort() >= 0) {
      return url.getPort();
    }
    return switch (url.getScheme().toLowerCase(Locale.ROOT)) {
      case "https" -> 443;
      case "http" -> 80;
      default -> 1080;
    };
  }

  /** Hosts that are reached directly: names, {@code .suffixes}, {@code host:port} or {@code *}. */
  private static Predicate<SocketAddress> exceptions(String list) {
    List<String> direct =
        Arrays.stream(list.split(","))
            .map(text -> text.strip().toLowerCase(Locale.ROOT))
            .filter(text -> !text.isEmpty())
            .toList();
    return address ->
        address instanceof InetSocketAddress inet
            && direct.stream().anyMatch(rule -> matches(rule, inet));
  }

  private static boolean matches(String rule, InetSocketAddress address) {
    String host = address.getHostString().toLowerCase(Locale.ROOT);
    if (rule.equals("*") || rule.equals(host) || rule.equals(host + ":" + address.getPort())) {
      return true;
    }
    String suffix = rule.startsWith("*.") ? rule.substring(1) : rule;
    return host.endsWith(suffix.startsWith(".") ? suffix : "." + suffix);
  }

  private static @Nullable String environment(String... names) {
    for (String name : names) {
      for (String spelled : List.of(name, name.toLowerCase(Locale.ROOT))) {
        String value = System.getenv(spelled);
        if (value != null && !value.isEmpty()) {
          return value;
        }
      }
    }
    return null;
  }
}
