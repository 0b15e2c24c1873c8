package io.narthex.jobs.server;

import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.http.Routes;
import io.narthex.pipeline.http.WebGuard;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.DisposableServer;

/** The one HTTP server, composed of the routes of all parts. */
public final class WebServer implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(WebServer.class);
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final WebPlace place;
  private final int maxConnections;
  private final HttpServers.Limits limits;
  private final WebGuard guard;
  private final Duration grace;
  private final AtomicInteger open = new AtomicInteger();
  private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private @Nullable DisposableServer server;

  /**
   * A server, not yet bound, that anybody may use.
   *
   * @param maxConnections most connections at a time; further ones are closed at once
   */
  public WebServer(WebPlace place, int maxConnections) {
    this(place, maxConnections, HttpServers.Limits.DEFAULT, WebGuard.open());
  }

  /**
   * A server, not yet bound.
   *
   * @param guard closed with the server
   */
  public WebServer(WebPlace place, int maxConnections, HttpServers.Limits limits, WebGuard guard) {
    this(place, maxConnections, limits, guard, GRACE);
  }

  /**
   * As above.
   *
   * @param grace how long requests that run may take to end when the server is closed
   */
  WebServer(
      WebPlace place,
      int maxConnections,
      HttpServers.Limits limits,
      WebGuard guard,
      Duration grace) {
    this.grace = grace;
    this.limits = limits;
    this.guard = guard;
    this.place = place;
    this.maxConnections = maxConnections;
  }

  /**
   * Binds and answers.
   *
   * @throws RuntimeException of Reactor Netty if the address cannot be bound
   */
  public void listen(List<? extends Routes> parts) {
    server =
        HttpServers.create(
                place.address().getHostString() + ":" + place.address().getPort(),
                limits,
                place.routePrefix(),
                parts,
                guard)
            .channelGroup(connections)
            .doOnChannelInit(
                (observer, channel, remote) -> {
                  if (channel.parent() instanceof ServerChannel) { // not a stream of HTTP/2
                    admit(channel);
                  }
                })
            .bindNow();
  }

  /** Takes no more requests and lets those that run end, for a few seconds; then cuts them. */
  @Override
  public void close() {
    var bound = server;
    server = null;
    try {
      if (bound != null) {
        bound.disposeNow(grace);
      }
    } catch (IllegalStateException e) { // how Reactor Netty tells that time is over
      logger.warn("{} connections are cut, whose requests took too long to end", open.get());
    } finally {
      connections.close().awaitUninterruptibly();
      guard.close();
    }
  }

  /**
   * Once for each connection, unlike {@code doOnConnection}, which Reactor Netty calls for each
   * request.
   */
  private void admit(Channel channel) {
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    if (open.incrementAndGet() > maxConnections) {
      channel.close();
    }
  }
}
