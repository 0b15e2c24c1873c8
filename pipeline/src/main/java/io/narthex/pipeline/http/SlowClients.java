package io.narthex.pipeline.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.AttributeKey;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Closes connections whose client is too slow: one that does not send the whole head of a request
 * in time, counted from its first byte (or from the connection's begin, TLS handshake included),
 * and one that does not take what it is sent. Time limits of bodies are Reactor Netty's own.
 */
final class SlowClients extends ChannelDuplexHandler {
  private static final Logger logger = LoggerFactory.getLogger(SlowClients.class);
  private static final AttributeKey<SlowClients> KEY = AttributeKey.valueOf(SlowClients.class, "");

  private final Duration head;
  private final Duration stall;
  private @Nullable Future<?> waiting; // all fields are only touched on the connection's event loop
  private int answering;

  private SlowClients(Duration head, Duration stall) {
    this.head = head;
    this.stall = stall;
  }

  /** Watches a connection. */
  static void watch(Channel channel, Duration head, Duration stall) {
    var watcher = new SlowClients(head, stall);
    channel.attr(KEY).set(watcher);
    channel
        .pipeline()
        .addFirst(new WriteTimeoutHandler(stall.toMillis(), TimeUnit.MILLISECONDS), watcher);
  }

  /**
   * Watches a stream of HTTP/2: one whose window its client leaves closed writes nothing to the
   * connection, so that only the stream knows that it waits.
   */
  private void watchStream(Http2StreamChannel stream) {
    stream.pipeline().addFirst(new WriteTimeoutHandler(stall.toMillis(), TimeUnit.MILLISECONDS));
  }

  /**
   * The head of a request is there; to be called on the event loop.
   *
   * @return to be run when the answer is sent, or will never be; by any thread
   */
  static Runnable begun(HttpServerRequest request) {
    var connection = new AtomicReference<Channel>();
    request.withConnection(own -> connection.set(own.channel()));
    // Later the request may no longer know its connection.
    var channel = connection.get();
    var watcher = channel == null ? null : of(channel);
    if (channel == null || watcher == null) {
      return () -> {};
    }
    watcher.answering++;
    watcher.disarm();
    if (channel instanceof Http2StreamChannel stream) {
      watcher.watchStream(stream);
    }
    return () -> channel.eventLoop().execute(() -> watcher.answering--);
  }

  /** How many requests of a connection are answered now; to be called on its event loop. */
  static int answering(Channel channel) {
    var watcher = of(channel);
    return watcher == null ? 0 : watcher.answering;
  }

  /** Streams of HTTP/2 have the connection as their parent. */
  private static @Nullable SlowClients of(Channel channel) {
    var own = channel.attr(KEY).get();
    return own != null || channel.parent() == null ? own : channel.parent().attr(KEY).get();
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    arm(context);
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (answering == 0) {
      arm(context);
    }
    context.fireChannelRead(message);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    disarm();
    context.fireChannelInactive();
  }

  private void arm(ChannelHandlerContext context) {
    if (waiting == null) {
      waiting =
          context
              .executor()
              .schedule(() -> tooSlow(context), head.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void disarm() {
    if (waiting != null) {
      waiting.cancel(false);
      waiting = null;
    }
  }

  private void tooSlow(ChannelHandlerContext context) {
    logger.debug("{} sent no whole request head within {}", context.channel(), head);
    context.close();
  }
}
