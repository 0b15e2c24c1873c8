package io.narthex.sources.receive;

import io.narthex.pipeline.model.SampleBatch;
import io.narthex.sources.reactive.BatchFlow;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Event time of what is pushed. Senders lag behind the clock; the greatest lag observed lately,
 * bounded, is how far the watermark stays behind the oldest batch still on its way, or behind now.
 * Without traffic nobody waits for pushes.
 *
 * <p>The lag is that of each batch's newest sample: senders that fill gaps with old data do not
 * hold the stream back. Safe for use by several threads.
 */
public final class PushClock {
  private static final long WINDOW_MILLIS = 60_000;

  private final Clock clock;
  private final long mostLag;
  private final ConcurrentMap<SampleBatch, Long> accepted = new ConcurrentHashMap<>();
  private long windowStart; // guarded by this, like the rest
  private long lag;
  private long lagBefore;
  private boolean seen;
  private boolean seenBefore;
  private long last = Long.MIN_VALUE;

  /**
   * A clock of pushes.
   *
   * @param maxWait most that the watermark stays behind
   */
  public PushClock(Clock clock, Duration maxWait) {
    this.clock = clock;
    this.mostLag = maxWait.toMillis();
  }

  /** A batch has come in. */
  void accepted(SampleBatch batch) {
    long now = clock.millis();
    accepted.put(batch, now);
    long newest = batch.maxTimestamp();
    if (newest != Long.MIN_VALUE) {
      observe(now, Math.min(mostLag, Math.max(0, now - newest)));
    }
  }

  /** A batch has gone on to the next operator. */
  void delivered(SampleBatch batch) {
    accepted.remove(batch);
  }

  /** Forgets batches that nobody will deliver. */
  void clear() {
    accepted.clear();
  }

  /** As {@link BatchFlow#watermark}. */
  synchronized long watermark() {
    long now = clock.millis();
    turn(now);
    @Nullable Long oldest = null;
    for (Long at : accepted.values()) {
      oldest = oldest == null || at < oldest ? at : oldest;
    }
    if (oldest == null && !seen && !seenBefore) {
      return BatchFlow.IDLE;
    }
    long from = oldest == null ? now : Math.min(now, Math.max(oldest, now - mostLag));
    long before = last > now ? Long.MIN_VALUE : last; // the clock was set back
    last = Math.max(before, from - Math.max(lag, lagBefore) - 1);
    return last;
  }

  private synchronized void observe(long now, long observed) {
    turn(now);
    seen = true;
    lag = Math.max(lag, observed);
  }

  private void turn(long now) {
    windowStart = Math.min(windowStart, now); // the clock may have been set back
    while (now - windowStart >= WINDOW_MILLIS) {
      boolean gap = now - windowStart >= 2 * WINDOW_MILLIS;
      lagBefore = gap ? 0 : lag;
      seenBefore = !gap && seen;
      lag = 0;
      seen = false;
      windowStart = gap ? now : windowStart + WINDOW_MILLIS;
    }
  }
}
