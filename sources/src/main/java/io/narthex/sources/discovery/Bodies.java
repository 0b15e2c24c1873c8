package io.narthex.sources.discovery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;

/** Bodies of answers as a whole, up to a bound. */
final class Bodies {
  private Bodies() {}

  /** Reads all of it; fails as soon as it has more than {@code most} bytes. */
  static Mono<byte[]> read(ByteBufFlux body, int most) {
    return Mono.defer(
        () ->
            body.reduce(
                    new ByteArrayOutputStream(),
                    (all, part) -> {
                      if (all.size() + part.readableBytes() > most) {
                        throw new IllegalStateException("the answer exceeds " + most + " bytes");
                      }
                      try {
                        part.getBytes(part.readerIndex(), all, part.readableBytes());
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                      return all;
                    })
                .map(ByteArrayOutputStream::toByteArray));
  }
}
