package io.narthex.query.promql.exec;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all running queries together may hold, in estimated bytes. A part of it is kept
 * for small queries, so that large ones cannot take it all. Safe for use by several threads.
 */
final class MemoryPool {
  /** Of the pool, one part in this many is for small queries only. */
  private static final int SMALL_SHARE = 8;

  /** A query is small while it holds no more than one part in this many of the pool. */
  private static final int SMALL_QUERY = 64;

  private final long limit;
  private final AtomicLong held = new AtomicLong();

  /**
   * @param limit in bytes
   */
  MemoryPool(long limit) {
    this.limit = limit;
  }

  long limit() {
    return limit;
  }

  long held() {
    return held.get();
  }

  /**
   * Takes memory.
   *
   * @param bytes more than the query holds already
   * @param heldByQuery with these bytes
   * @return false if that is too much; nothing is taken then
   */
  boolean take(long bytes, long heldByQuery) {
    long most = heldByQuery <= limit / SMALL_QUERY ? limit : limit - limit / SMALL_SHARE;
    long now = held.get();
    while (bytes <= most - now) {
      if (held.compareAndSet(now, now + bytes)) {
        return true;
      }
      now = held.get();
    }
    return false;
  }

  void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }
}
