package io.narthex.query.promql;

import org.jspecify.annotations.Nullable;

/**
 * What a running query has used, for whoever watches it. The engine writes, others read; safe for
 * use by several threads.
 *
 * <p>A result takes memory until it is handed over. Who asks through {@link #keepingResult} has the
 * engine count the result's bytes against the memory of all queries until {@link #close}.
 */
public final class QueryProgress implements AutoCloseable {

  /** Where a query stands. */
  public enum State {
    /** Not begun, or waiting while queries that have used less go first. */
    WAITING,
    RUNNING,
    /** The result is there. */
    DONE
  }

  private final boolean keepsResult;
  private volatile State state = State.WAITING;
  private volatile long samples;
  private volatile long bytes;
  private volatile long peakBytes;
  private @Nullable Runnable release;
  private boolean closed;

  private QueryProgress(boolean keepsResult) {
    this.keepsResult = keepsResult;
  }

  /** For a caller that does not watch; all memory counts as free when the engine returns. */
  public static QueryProgress unwatched() {
    return new QueryProgress(false);
  }

  /** For a caller that closes this once it is done with the result. */
  public static QueryProgress keepingResult() {
    return new QueryProgress(true);
  }

  public boolean keepsResult() {
    return keepsResult;
  }

  public State state() {
    return state;
  }

  /** Samples read from the store so far. */
  public long samples() {
    return samples;
  }

  /** Estimated bytes held now. */
  public long bytes() {
    return bytes;
  }

  /** Most bytes held at once so far. */
  public long peakBytes() {
    return peakBytes;
  }

  /** Told by the engine now and then. */
  public void update(State now, long samplesRead, long bytesHeld, long mostBytes) {
    state = now;
    samples = samplesRead;
    bytes = bytesHeld;
    peakBytes = mostBytes;
  }

  /**
   * Told by the engine, and by whoever keeps something else for the answer: what gives it back.
   * What was told before runs first; all of it runs at once if closed.
   */
  public void onClose(Runnable giveBack) {
    synchronized (this) {
      if (!closed) {
        var before = release;
        release =
            before == null
                ? giveBack
                : () -> {
                  before.run();
                  giveBack.run();
                };
        return;
      }
    }
    giveBack.run();
  }

  /** The result is no longer held. May be called more than once. */
  @Override
  public void close() {
    Runnable giveBack;
    synchronized (this) {
      closed = true;
      giveBack = release;
      release = null;
    }
    if (giveBack != null) {
      giveBack.run();
    }
  }
}
