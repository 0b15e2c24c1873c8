package io.narthex.pipeline.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A clock that is not led astray by one that jumps ahead for a moment, such as one that was set
 * wrong: a jump counts only after it has lasted for a while. A clock that is set back is followed
 * at once. Used by one thread at a time.
 */
public final class SteadyClock {
  private final LongSupplier wall;
  private final LongSupplier nanos;
  private final long tolerance; // milliseconds
  private final long settling; // nanoseconds
  private long believed;
  private long believedAt;
  private boolean doubted;
  private long jumpedTo;
  private long jumpedAt;
  private long jumps;

  /**
   * Which jumps are doubted.
   *
   * @param tolerance how far a clock may be ahead at once: corrections, short stops of the machine
   * @param settling how long a jump must last until it is believed
   */
  public record Doubt(Duration tolerance, Duration settling) {
    /** By which samples grow too old to be kept. */
    public static final Doubt OF_RETENTION = new Doubt(Duration.ofMinutes(10), Duration.ofHours(1));

    /** By which rules are evaluated. */
    public static final Doubt OF_RULES = new Doubt(Duration.ofSeconds(30), Duration.ofMinutes(1));
  }

  /**
   * A clock that believes what it is shown first.
   *
   * @param wall milliseconds since the epoch; it may be set
   * @param nanos passes steadily, as {@link System#nanoTime}
   */
  public SteadyClock(LongSupplier wall, LongSupplier nanos, Doubt doubt) {
    this(wall, nanos, doubt, Long.MIN_VALUE);
  }

  /**
   * A clock that doubts at its start what is far ahead of what is known.
   *
   * @param wall milliseconds since the epoch; it may be set
   * @param nanos passes steadily, as {@link System#nanoTime}
   * @param newest newest sample that is stored, in milliseconds; {@link Long#MIN_VALUE} if none is
   */
  public SteadyClock(LongSupplier wall, LongSupplier nanos, Doubt doubt, long newest) {
    this.wall = wall;
    this.nanos = nanos;
    tolerance = doubt.tolerance().toMillis();
    settling = doubt.settling().toNanos();
    long now = wall.getAsLong();
    believed = newest == Long.MIN_VALUE ? now : Math.min(now, newest);
    believedAt = nanos.getAsLong();
  }

  /** Milliseconds since the epoch, as far as the clock is believed. */
  public long now() {
    long at = nanos.getAsLong();
    long now = wall.getAsLong();
    long expected = believed + millis(believedAt, at);
    if (now > expected + tolerance) {
      if (!doubted || Math.abs(now - jumpedTo - millis(jumpedAt, at)) > tolerance) {
        doubted = true;
        jumpedTo = now;
        jumpedAt = at;
      }
      if (at - jumpedAt < settling) {
        return expected;
      }
      jumps++;
    }
    doubted = false;
    believed = now;
    believedAt = at;
    return now;
  }

  /** Whether the clock was ahead at the last look, and not believed. */
  public boolean isDoubted() {
    return doubted;
  }

  /** How many jumps ahead were believed in the end. */
  public long jumps() {
    return jumps;
  }

  /** What the clock showed when it had jumped ahead last, milliseconds; 0 if it never did. */
  public long jumpedTo() {
    return jumpedTo;
  }

  private static long millis(long from, long to) {
    return (to - from) / 1_000_000;
  }
}
