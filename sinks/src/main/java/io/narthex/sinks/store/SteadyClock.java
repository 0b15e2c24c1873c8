package io.narthex.sinks.store;

import java.util.function.LongSupplier;

/**
 * The clock by which samples grow too old to be kept. A clock of the machine that jumps ahead, such
 * as one that was set wrong for a moment, must not cost what is stored: a jump counts only after it
 * has lasted for an hour. The same holds at a start for what the clock is ahead of the newest
 * sample. Used by one thread at a time.
 */
final class SteadyClock {
  /** How far a clock may be ahead at once: corrections, short stops of the machine. */
  static final long TOLERANCE = 10 * 60_000;

  /** How long a jump must last until it is believed. */
  static final long SETTLING = 3_600_000;

  private final LongSupplier wall;
  private final LongSupplier nanos;
  private long believed;
  private long believedAt;
  private boolean jumped;
  private long jumpedAt;

  /**
   * A clock.
   *
   * @param wall milliseconds since the epoch; it may be set
   * @param nanos passes steadily, as {@link System#nanoTime}
   * @param newest newest sample that is stored, in milliseconds; {@link Long#MIN_VALUE} if none is
   */
  SteadyClock(LongSupplier wall, LongSupplier nanos, long newest) {
    this.wall = wall;
    this.nanos = nanos;
    long now = wall.getAsLong();
    believed = newest == Long.MIN_VALUE ? now : Math.min(now, newest);
    believedAt = nanos.getAsLong();
  }

  /** Milliseconds since the epoch, as far as the clock is believed. */
  long now() {
    long at = nanos.getAsLong();
    long now = wall.getAsLong();
    long expected = believed + (at - believedAt) / 1_000_000;
    if (now > expected + TOLERANCE) {
      if (!jumped) {
        jumped = true;
        jumpedAt = at;
      }
      if (at - jumpedAt < SETTLING * 1_000_000) {
        return expected;
      }
    }
    jumped = false;
    believed = now;
    believedAt = at;
    return now;
  }
}
