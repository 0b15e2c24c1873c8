package io.narthex.sources.scrape;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.narthex.pipeline.http.HttpClients;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A target of {@link PlainFetcher}: what is sent to it, and its idle connection. */
final class PlainTarget {
  /** A connection that would be idle for longer is not kept. */
  private static final long MOST_IDLE_MILLIS = 5 * 60_000;

  final TargetSplit split;
  final String host;
  final int port;

  /** Most bytes of a body as it comes. */
  final long mostBytes;

  /** It has redirected, so it is asked otherwise from now on. */
  volatile boolean redirects;

  private final byte[] request;
  private final AtomicReference<@Nullable Channel> idle = new AtomicReference<>();
  private volatile boolean closed;

  private PlainTarget(TargetSplit split, String host, int port, byte[] request, long mostBytes) {
    this.split = split;
    this.host = host;
    this.port = port;
    this.mostBytes = mostBytes;
    this.request = request;
  }

  /** The target, or null if its URL is one that the general client should look at. */
  static @Nullable PlainTarget of(TargetSplit split, long maxBodyBytes) {
    URI uri;
    try {
      uri = URI.create(URI.create(split.url()).toASCIIString());
    } catch (IllegalArgumentException notPlain) {
      return null;
    }
    String host = uri.getHost();
    if (host == null || uri.getRawUserInfo() != null) {
      return null;
    }
    boolean brackets = host.startsWith("[");
    long limit = split.config().bodySizeLimit();
    return new PlainTarget(
        split,
        brackets ? host.substring(1, host.length() - 1) : host,
        uri.getPort() < 0 ? 80 : uri.getPort(),
        request(split, uri, host).getBytes(US_ASCII),
        limit > 0 ? Math.min(limit, maxBodyBytes) : maxBodyBytes);
  }

  private static String request(TargetSplit split, URI uri, String host) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return "GET "
        + path
        + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
        + " HTTP/1.1\r\nHost: "
        + host
        + (uri.getPort() < 0 || uri.getPort() == 80 ? "" : ":" + uri.getPort())
        + "\r\nUser-Agent: "
        + HttpClients.USER_AGENT
        + "\r\nAccept: "
        + Expositions.accept(split.config())
        + "\r\nAccept-Encoding: "
        + (split.config().enableCompression() ? "gzip" : "identity")
        + "\r\nX-Prometheus-Scrape-Timeout-Seconds: "
        + HttpFetcher.seconds(split.timeout().toMillis())
        + "\r\n\r\n";
  }

  /** Whether it is made of just these settings. */
  boolean isFor(TargetSplit other) {
    return split.equals(other);
  }

  /** The bytes of a request, to be written once. */
  ByteBuf request() {
    return Unpooled.wrappedBuffer(request);
  }

  /** The open connection, which is then the caller's; null if there is none. */
  @Nullable Channel take() {
    var channel = idle.getAndSet(null);
    return channel != null && channel.isActive() ? channel : null;
  }

  /** Keeps a connection for the next scrape. */
  void give(Channel channel) {
    if (closed || split.interval().toMillis() > MOST_IDLE_MILLIS) {
      channel.close();
      return;
    }
    var other = idle.getAndSet(channel);
    if (other != null) {
      other.close();
    }
    if (closed) {
      close();
    }
  }

  /** Closes the idle connection, and the one in use when its exchange ends. */
  void close() {
    closed = true;
    var channel = idle.getAndSet(null);
    if (channel != null) {
      channel.close();
    }
  }
}
