package io.narthex.pipeline.http;

import io.narthex.pipeline.config.WebConfig.RateLimit;
import java.util.function.LongSupplier;

/** Allows a burst of requests, and one more after each interval. Safe for several threads. */
final class TokenBucket {
  private final double nanosPerToken;
  private final int burst;
  private final LongSupplier nanoTime;
  private double tokens;
  private long asOf;

  /**
   * A full bucket.
   *
   * @param nanoTime a clock as {@link System#nanoTime()}
   */
  TokenBucket(RateLimit limit, LongSupplier nanoTime) {
    this.nanosPerToken = limit.interval().toNanos();
    this.burst = limit.burst();
    this.nanoTime = nanoTime;
    this.tokens = burst;
    this.asOf = nanoTime.getAsLong();
  }

  /** Takes a token if there is one. */
  synchronized boolean tryTake() {
    long now = nanoTime.getAsLong();
    tokens = Math.min(burst, tokens + (now - asOf) / nanosPerToken);
    asOf = now;
    if (tokens < 1) {
      return false;
    }
    tokens -= 1;
    return true;
  }
}
