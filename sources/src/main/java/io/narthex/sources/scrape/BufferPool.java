package io.narthex.sources.scrape;

import java.util.concurrent.ArrayBlockingQueue;

/**
 * A few arrays for bodies, used again and again. One that is not given back is merely garbage. Safe
 * for use by several threads.
 */
final class BufferPool {
  private static final int FIRST = 64 << 10;
  private static final int MOST_KEPT = 16 << 20;

  private final ArrayBlockingQueue<byte[]> free;

  BufferPool(int kept) {
    free = new ArrayBlockingQueue<>(kept);
  }

  byte[] take() {
    byte[] buffer = free.poll();
    return buffer == null ? new byte[FIRST] : buffer;
  }

  /** Takes back an array; very large ones are let go. */
  void give(byte[] buffer) {
    if (buffer.length <= MOST_KEPT) {
      free.offer(buffer);
    }
  }

  /** An array with the first {@code used} bytes of this one and room for {@code need}. */
  static byte[] grow(byte[] buffer, int used, long need, long most) {
    if (need > most) {
      throw ScrapeException.bodyTooLarge();
    }
    if (need <= buffer.length) {
      return buffer;
    }
    byte[] larger = new byte[(int) Math.min(most, Math.max(need, 2L * buffer.length))];
    System.arraycopy(buffer, 0, larger, 0, used);
    return larger;
  }
}
