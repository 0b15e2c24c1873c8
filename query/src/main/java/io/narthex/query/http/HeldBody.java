package io.narthex.query.http;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A body that holds something until it is written or given up. Who gives it up never waits: what is
 * being written goes on to the end of its part, and then the writer releases.
 */
abstract class HeldBody implements JsonBody {
  private final ReentrantLock using = new ReentrantLock();
  private volatile boolean closed;
  private boolean released;

  /** Writes on, as {@link JsonBody#write}. */
  abstract boolean part(JsonOut out);

  /** Lets go of what is held; called once. */
  abstract void release();

  final boolean isClosed() {
    return closed;
  }

  @Override
  public final boolean write(JsonOut out) {
    using.lock();
    try {
      boolean more = !closed && part(out);
      closed |= !more;
      return more;
    } catch (RuntimeException | Error e) {
      closed = true;
      throw e;
    } finally {
      using.unlock();
      releaseIfClosed();
    }
  }

  /** Gives the body up. May be called more than once, and by any thread. */
  final void close() {
    closed = true;
    releaseIfClosed();
  }

  private void releaseIfClosed() {
    if (closed && using.tryLock()) {
      try {
        if (!released) {
          released = true;
          release();
        }
      } finally {
        using.unlock();
      }
    }
  }
}
