package io.narthex.sources.scrape;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** The end of a connection's pipeline: gives what comes to the exchange that runs. */
final class PlainConnection extends ChannelInboundHandlerAdapter {
  private @Nullable PlainExchange exchange;

  /** From now on what comes is for this exchange; null for none. */
  void serve(@Nullable PlainExchange next) {
    exchange = next;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (exchange == null) {
        context.close(); // nothing was asked
      } else {
        exchange.read(message);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (exchange != null) {
      exchange.closed();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (exchange != null) {
      exchange.broken(cause);
    }
    context.close();
  }
}
