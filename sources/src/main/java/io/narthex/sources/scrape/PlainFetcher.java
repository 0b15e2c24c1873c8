package io.narthex.sources.scrape;

import io.narthex.pipeline.config.HttpClientConfig;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.HttpResources;
import reactor.netty.resources.LoopResources;
import reactor.netty.transport.NameResolverProvider;

/**
 * Fetches from targets of plain HTTP without proxy or credentials, which most are, each over a
 * connection of its own that stays open between scrapes. What is sent is made once for a target,
 * and nothing but the answer's head becomes objects: a general client costs more than reading a
 * thousand samples. All other targets, and those that redirect, are left to such a client.
 *
 * <p>Everything that happens to a connection happens on its event loop.
 */
final class PlainFetcher implements Fetcher {
  private static final int CONNECT_MILLIS = 30_000;
  private static final int MOST_HEAD_BYTES = 64 << 10;

  private final Fetcher others;
  private final BufferPool buffers;
  private final long maxBodyBytes;
  private final EventLoopGroup loops;
  private final Bootstrap bootstrap;
  private final AddressResolverGroup<?> resolver;
  private final Map<String, PlainTarget> targets = new ConcurrentHashMap<>();

  /**
   * A fetcher on the event loops of all clients.
   *
   * @param others fetches from the targets that this one is not for
   */
  PlainFetcher(Fetcher others, BufferPool buffers, long maxBodyBytes) {
    this.others = others;
    this.buffers = buffers;
    this.maxBodyBytes = maxBodyBytes;
    var resources = HttpResources.get();
    loops = resources.onClient(LoopResources.DEFAULT_NATIVE);
    resolver =
        NameResolverProvider.builder()
            .build()
            .newNameResolverGroup(resources, LoopResources.DEFAULT_NATIVE);
    bootstrap =
        new Bootstrap()
            .channel(resources.onChannelClass(SocketChannel.class, loops))
            .resolver(resolver)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true);
  }

  @Override
  public Mono<Body> fetch(TargetSplit split) {
    var target = target(split);
    return target == null || target.redirects
        ? others.fetch(split)
        : Mono.create(sink -> begin(target, sink));
  }

  @Override
  public boolean limitsTime(TargetSplit split) {
    var target = target(split);
    return target != null && !target.redirects;
  }

  @Override
  public void retain(Iterable<TargetSplit> splits) {
    others.retain(splits);
    var kept = new HashMap<String, TargetSplit>();
    splits.forEach(split -> kept.put(split.splitId(), split));
    targets
        .values()
        .removeIf(
            target -> {
              boolean gone = !kept.containsKey(target.split.splitId());
              if (gone) {
                target.close();
              }
              return gone;
            });
  }

  @Override
  public void close() {
    targets.values().forEach(PlainTarget::close);
    targets.clear();
    others.close();
    resolver.close();
  }

  private @Nullable PlainTarget target(TargetSplit split) {
    if (!isPlain(split)) {
      return null;
    }
    var known = targets.get(split.splitId());
    if (known != null && known.isFor(split)) {
      return known;
    }
    var target = PlainTarget.of(split, maxBodyBytes);
    if (target != null) {
      targets.put(split.splitId(), target);
    }
    if (known != null) {
      known.close();
    }
    return target;
  }

  private static boolean isPlain(TargetSplit split) {
    var client = split.config().client();
    return split.url().startsWith("http://")
        && client.basicAuth() == null
        && client.authorization() == null
        && client.oauth2() == null
        && client.headers().isEmpty()
        && client.proxy().equals(HttpClientConfig.Proxy.NONE);
  }

  private void begin(PlainTarget target, MonoSink<Body> sink) {
    var idle = target.take();
    var loop = idle == null ? loops.next() : idle.eventLoop();
    var exchange = new PlainExchange(this, target, buffers, sink, loop);
    sink.onCancel(() -> loop.execute(exchange::cancel));
    loop.execute(() -> exchange.begin(idle));
  }

  /** Connects to a target; the channel is the exchange's. Called on the loop. */
  ChannelFuture connect(PlainTarget target, EventLoop loop) {
    return bootstrap
        .clone(loop)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(new HttpResponseDecoder(4096, MOST_HEAD_BYTES, 64 << 10))
                    .addLast(new PlainConnection());
              }
            })
        .connect(InetSocketAddress.createUnresolved(target.host, target.port));
  }

  /**
   * Fetches with the general client after all.
   *
   * @param left of the target's timeout
   * @param loop whose clock began it
   */
  void fetchOtherwise(PlainTarget target, MonoSink<Body> sink, Duration left, EventLoop loop) {
    sink.onDispose(
        others
            .fetch(target.split)
            .timeout(left, Schedulers.fromExecutorService(loop))
            .subscribe(sink::success, sink::error));
  }
}
