package io.narthex.pipeline.http;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/** The TLS that is in force when a connection comes; connections that are there keep theirs. */
final class LiveSslContext extends SslContext {
  private final Supplier<ServerTls> current;

  LiveSslContext(Supplier<ServerTls> current) {
    this.current = current;
  }

  @Override
  public boolean isClient() {
    return false;
  }

  @Override
  public List<String> cipherSuites() {
    return current.get().context().cipherSuites();
  }

  // Deprecated for callers outside of Netty, but every subclass must implement it.
  @SuppressWarnings("deprecation")
  @Override
  public io.netty.handler.ssl.ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return current.get().context().applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return current.get().engine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return current.get().engine(allocator, peerHost, peerPort);
  }

  @Override
  public SSLSessionContext sessionContext() {
    return current.get().context().sessionContext();
  }
}
