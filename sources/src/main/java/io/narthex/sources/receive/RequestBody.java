package io.narthex.sources.receive;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/**
 * The body of one request, gathered as it comes, up to a bound. All bodies that are there at a time
 * share some room, so that many slow senders do not fill the memory.
 */
final class RequestBody {
  private static final int FIRST = 16 << 10;

  private final int most;
  private final Room room;
  private int taken;
  private byte[] bytes = new byte[0];
  private int length;

  RequestBody(int most, Room room) {
    this.most = most;
    this.room = room;
  }

  /** What all bodies may hold together. */
  static final class Room {
    private final AtomicLong left;

    Room(long bytes) {
      left = new AtomicLong(bytes);
    }

    private boolean take(int bytes) {
      if (left.addAndGet(-bytes) >= 0) {
        return true;
      }
      left.addAndGet(bytes);
      return false;
    }

    long left() {
      return left.get();
    }
  }

  /** Gives the room back; the body grows no more. */
  void release() {
    room.left.addAndGet(taken);
    taken = 0;
  }

  /** Reads the whole body. Fails as soon as it is larger than it may be. */
  Mono<RequestBody> read(HttpServerRequest request) {
    int declared = request.requestHeaders().getInt(HttpHeaderNames.CONTENT_LENGTH, FIRST);
    return read(declared, request.receive());
  }

  /**
   * Reads parts that are the caller's.
   *
   * @param declared how many bytes there will be, as far as known
   */
  Mono<RequestBody> read(int declared, Flux<ByteBuf> parts) {
    if (declared > most) {
      return Mono.error(tooLarge());
    }
    int first = Math.max(0, Math.min(declared, 1 << 20)); // a header alone gets no more
    if (!grow(first)) {
      return Mono.error(noRoom());
    }
    return parts.doOnNext(this::add).then(Mono.just(this));
  }

  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  /**
   * Length of the Snappy block decompressed, as it declares itself.
   *
   * @throws FaultException if it does not begin with a length
   */
  long decodedBytes() {
    long declared = 0;
    for (int i = 0; i < Math.min(5, length); i++) {
      declared |= (long) (bytes[i] & 0x7F) << (7 * i);
      if (bytes[i] >= 0) {
        return declared;
      }
    }
    throw new FaultException(Fault.BAD_DATA, "snappy: corrupt input");
  }

  private void add(ByteBuf part) {
    int more = part.readableBytes();
    if (more > most - length) {
      throw tooLarge();
    }
    if (length + more > bytes.length) {
      if (!grow(Math.max(length + more, (int) Math.min(most, 2L * length)))) {
        throw noRoom();
      }
    }
    part.getBytes(part.readerIndex(), bytes, length, more);
    length += more;
  }

  private boolean grow(int capacity) {
    if (!room.take(capacity - bytes.length)) {
      return false;
    }
    taken += capacity - bytes.length;
    bytes = Arrays.copyOf(bytes, capacity);
    return true;
  }

  private static FaultException noRoom() {
    return new FaultException(
        Fault.UNAVAILABLE, "too many bytes are being received, try again later");
  }

  private FaultException tooLarge() {
    return new FaultException(Fault.TOO_LARGE, "the request body exceeds " + most + " bytes");
  }
}
