package io.narthex.sinks.prometheus;

import java.nio.ByteBuffer;

/**
 * Variable-length integers of seven bits a byte, lowest first, as in the files of Prometheus. A
 * number that runs past the buffer's limit throws {@link java.nio.BufferUnderflowException}.
 */
final class Varints {
  private Varints() {}

  static long unsigned(ByteBuffer in) {
    long result = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte b = in.get();
      result |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return result;
      }
    }
    throw new IllegalArgumentException("a variable-length integer has more than ten bytes");
  }

  /** Reads a zigzag number. */
  static long signed(ByteBuffer in) {
    long raw = unsigned(in);
    return raw >>> 1 ^ -(raw & 1);
  }

  /** Reads a length of something that lies in the rest of the buffer. */
  static int length(ByteBuffer in) {
    long length = unsigned(in);
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException(
          "a length of " + length + " with " + in.remaining() + " bytes left");
    }
    return (int) length;
  }
}
