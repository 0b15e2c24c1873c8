package io.narthex.jobs.server;

import io.narthex.pipeline.http.HttpServers;
import java.net.InetSocketAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where the server is found.
 *
 * @param address where it listens
 * @param externalUrl how others reach it, with a slash at its end
 * @param routePrefix of all routes, without a slash at its end; empty for none
 * @param tls whether it speaks HTTPS
 */
public record WebPlace(
    InetSocketAddress address, URI externalUrl, String routePrefix, boolean tls) {

  /**
   * As below, for plain HTTP.
   *
   * @throws IllegalArgumentException if a flag cannot be read; the message names it
   */
  public static WebPlace of(
      String listenAddress, @Nullable String externalUrl, @Nullable String prefix) {
    return of(listenAddress, externalUrl, prefix, false);
  }

  /**
   * Works it out from the flags, as Prometheus does: the route prefix is the path of the external
   * URL unless it is given.
   *
   * @param tls whether it speaks HTTPS
   * @throws IllegalArgumentException if a flag cannot be read; the message names it
   */
  public static WebPlace of(
      String listenAddress, @Nullable String externalUrl, @Nullable String prefix, boolean tls) {
    InetSocketAddress address;
    try {
      address = HttpServers.address(listenAddress);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--web.listen-address: " + e.getMessage(), e);
    }
    URI external = external(externalUrl, address, tls);
    String path = prefix == null ? external.getPath() : prefix;
    return new WebPlace(address, external, trimmed(path), tls);
  }

  /** Whether only this machine can reach it. */
  boolean isLoopback() {
    return address.getAddress() != null && address.getAddress().isLoopbackAddress();
  }

  /** How a process on this machine reaches it, as host:port. */
  String ownAddress() {
    return hostForThisMachine() + ":" + address.getPort();
  }

  /** The URL of a path below the prefix, for a person on this machine. */
  public String url(String path) {
    return (tls ? "https://" : "http://") + ownAddress() + routePrefix + path;
  }

  private String hostForThisMachine() {
    String host =
        address.getAddress() != null && address.getAddress().isAnyLocalAddress()
            ? "127.0.0.1"
            : address.getHostString();
    return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
  }

  private static URI external(@Nullable String text, InetSocketAddress address, boolean tls) {
    String scheme = tls ? "https://" : "http://";
    if (text == null || text.isEmpty()) {
      String host = address.getHostString();
      return URI.create(
          scheme
              + (host.indexOf(':') >= 0 ? "[" + host + "]" : host)
              + ":"
              + address.getPort()
              + "/");
    }
    try {
      URI uri =
          URI.create(
              text.startsWith("/") ? scheme + "localhost:" + address.getPort() + text : text);
      if (uri.getHost() == null
          || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        throw new IllegalArgumentException(
            "want a URL such as https://metrics.example.org/narthex/");
      }
      return uri.getPath().endsWith("/") ? uri : URI.create(uri + "/");
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--web.external-url: " + e.getMessage(), e);
    }
  }

  private static String trimmed(String path) {
    String trimmed = path.strip();
    while (trimmed.endsWith("/")) {
      trimmed = trimmed.substring(0, trimmed.length() - 1);
    }
    return trimmed.isEmpty() || trimmed.startsWith("/") ? trimmed : "/" + trimmed;
  }
}
