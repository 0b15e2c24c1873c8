package io.narthex.sources.scrape;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/**
 * One request of {@link PlainFetcher} and its answer. A connection that was idle may have been
 * closed by the target at that very moment: if it ends before anything came, the request is made
 * once more over a new one. Confined to the event loop.
 */
final class PlainExchange {
  private final PlainFetcher fetcher;
  private final PlainTarget target;
  private final BufferPool buffers;
  private final MonoSink<Body> sink;
  private final EventLoop loop;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable Channel channel;
  private boolean reused;
  private boolean done;
  private @Nullable HttpResponse head;
  private boolean gzip;
  private long most;
  private byte[] bytes = {};
  private int length;

  PlainExchange(
      PlainFetcher fetcher,
      PlainTarget target,
      BufferPool buffers,
      MonoSink<Body> sink,
      EventLoop loop) {
    this.fetcher = fetcher;
    this.target = target;
    this.buffers = buffers;
    this.sink = sink;
    this.loop = loop;
  }

  /** Begins over an idle connection, or a new one if that is null or has ended. */
  void begin(@Nullable Channel idle) {
    if (done) {
      if (idle != null) {
        target.give(idle); // cancelled before it began
      }
      return;
    }
    timer =
        loop.schedule(
            () -> fail(new TimeoutException()),
            target.split.timeout().toMillis(),
            TimeUnit.MILLISECONDS);
    reused = idle != null && idle.isActive();
    if (idle != null && reused) {
      send(idle);
    } else {
      connect();
    }
  }

  private void connect() {
    reused = false;
    fetcher.connect(target, loop).addListener((ChannelFuture connected) -> connected(connected));
  }

  private void connected(ChannelFuture connected) {
    if (done) {
      connected.channel().close();
    } else if (connected.isSuccess()) {
      send(connected.channel());
    } else {
      fail(connected.cause());
    }
  }

  private void send(Channel to) {
    channel = to;
    to.pipeline().get(PlainConnection.class).serve(this);
    to.writeAndFlush(target.request(), to.voidPromise());
  }

  /** Takes a part of the answer. */
  void read(Object message) {
    if (done || !(message instanceof HttpObject part)) {
      return;
    }
    if (part.decoderResult().isFailure()) {
      fail(part.decoderResult().cause());
      return;
    }
    if (part instanceof HttpResponse response) {
      head(response);
    }
    if (!done && head != null && part instanceof HttpContent content) {
      content(content);
    }
  }

  private void head(HttpResponse response) {
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      return; // its end is passed over as well, since there is no head yet
    }
    int status = response.status().code();
    if (isRedirect(status) && target.split.config().client().followRedirects()) {
      target.redirects = true;
      var left = timer == null ? target.split.timeout() : left(timer);
      finish(false);
      fetcher.fetchOtherwise(target, sink, left, loop);
      return;
    }
    if (status != 200) {
      String reason = HttpResponseStatus.valueOf(status).reasonPhrase();
      fail(new ScrapeException("server returned HTTP status " + status + " " + reason));
      return;
    }
    head = response;
    String encoding = response.headers().get(HttpHeaderNames.CONTENT_ENCODING, "");
    gzip = "gzip".equalsIgnoreCase(encoding.strip());
    most = HttpFetcher.mostBytes(target.mostBytes, gzip);
    bytes = buffers.take();
  }

  /** What is left until the exchange fails by its timeout. */
  private static Duration left(ScheduledFuture<?> timer) {
    return Duration.ofNanos(Math.max(0, timer.getDelay(TimeUnit.NANOSECONDS)));
  }

  private static boolean isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private void content(HttpContent content) {
    ByteBuf part = content.content();
    int more = part.readableBytes();
    try {
      bytes = BufferPool.grow(bytes, length, (long) length + more, most);
    } catch (ScrapeException tooLarge) {
      fail(tooLarge);
      return;
    }
    part.getBytes(part.readerIndex(), bytes, length, more);
    length += more;
    var response = head;
    if (content instanceof LastHttpContent && response != null) {
      finish(HttpUtil.isKeepAlive(response));
      String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
      sink.success(new Body(bytes, length, gzip, type));
    }
  }

  /** The connection has ended. */
  void closed() {
    if (done) {
      return;
    }
    if (head != null) {
      fail(new ScrapeException("unexpected EOF"));
    } else if (reused) {
      leave(); // whatever else the old connection tells is not of the second try
      connect();
    } else {
      fail(new ScrapeException("Get \"" + target.split.url() + "\": EOF"));
    }
  }

  /** The connection fails. */
  void broken(Throwable cause) {
    if (head == null && reused) {
      closed();
    } else {
      fail(cause);
    }
  }

  /** Nobody waits any more. */
  void cancel() {
    if (!done) {
      finish(false);
    }
  }

  private void fail(Throwable cause) {
    if (!done) {
      finish(false);
      sink.error(FetchFaults.described(cause, target.split.url()));
    }
  }

  private void finish(boolean keep) {
    done = true;
    if (timer != null) {
      timer.cancel(false);
    }
    var used = channel;
    if (keep && used != null) {
      used.pipeline().get(PlainConnection.class).serve(null);
      target.give(used);
    } else {
      leave();
    }
  }

  /** Has nothing to do with its connection any more, which ends. */
  private void leave() {
    var used = channel;
    channel = null;
    if (used != null) {
      used.pipeline().get(PlainConnection.class).serve(null);
      used.close();
    }
  }
}
