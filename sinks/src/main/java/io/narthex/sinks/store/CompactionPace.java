package io.narthex.sinks.store;

import io.narthex.sinks.compact.Pace;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Keeps merges in the background from being felt: they take half of a core's time, a tenth while
 * queries read blocks, and write no faster than a disk has to spare. A merge that takes too long
 * nevertheless, or that somebody waits for, goes on unslowed. Once closed, merges end at the next
 * series.
 */
final class CompactionPace {
  /** Work between two pauses. */
  private static final long SLICE_NANOS = 5_000_000;

  private static final double FREE_SHARE = 0.5;
  private static final double BUSY_SHARE = 0.1;
  private static final double BYTES_PER_NANO = (48 << 20) / 1e9;

  /** Unslowed after a part of the window that is merged, and after this long at the latest. */
  private static final int WINDOW_PART = 8;

  private static final Duration MOST_SLOWED = Duration.ofHours(1);

  private final BooleanSupplier queried;
  private final BooleanSupplier awaited;
  private final LongSupplier nanoTime;
  private final Waiting waiting;
  private volatile boolean closed;

  /** Waits; ends early when the pace is closed. */
  @FunctionalInterface
  interface Waiting {
    void await(long nanos) throws InterruptedException;
  }

  /**
   * A pace.
   *
   * @param queried whether somebody reads blocks
   * @param awaited whether somebody waits for the merge
   * @param nanoTime a clock of nanoseconds
   */
  CompactionPace(
      BooleanSupplier queried, BooleanSupplier awaited, LongSupplier nanoTime, Waiting waiting) {
    this.queried = queried;
    this.awaited = awaited;
    this.nanoTime = nanoTime;
    this.waiting = waiting;
  }

  /** The pace of a merge in the background, from now on. */
  Pace slowed(Duration window) {
    var part = window.dividedBy(WINDOW_PART);
    var most = part.compareTo(MOST_SLOWED) < 0 ? part : MOST_SLOWED;
    return new Slowed(nanoTime.getAsLong() + most.toNanos());
  }

  /** The pace of a merge that somebody waits for. */
  Pace unslowed() {
    return bytes -> checkOpen();
  }

  /** Ends merges that are under way, and those to come. */
  void close() {
    closed = true;
  }

  boolean isClosed() {
    return closed;
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new InterruptedIOException("the store is closed");
    }
  }

  private final class Slowed implements Pace {
    private final long deadline;
    private long resumed = nanoTime.getAsLong();
    private long bytes;

    Slowed(long deadline) {
      this.deadline = deadline;
    }

    @Override
    public void worked(long written) throws IOException {
      checkOpen();
      bytes += written;
      long now = nanoTime.getAsLong();
      long worked = now - resumed;
      if (worked < SLICE_NANOS) {
        return;
      }
      if (now < deadline && !awaited.getAsBoolean()) {
        double share = queried.getAsBoolean() ? BUSY_SHARE : FREE_SHARE;
        double pause = Math.max(worked * (1 / share - 1), bytes / BYTES_PER_NANO - worked);
        pause((long) pause);
      }
      bytes = 0;
      resumed = nanoTime.getAsLong();
    }

    private void pause(long nanos) throws IOException {
      try {
        waiting.await(nanos);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the merge was interrupted");
      }
      checkOpen();
    }
  }
}
