package io.narthex.sources.scrape;

import reactor.core.publisher.Mono;

/** Gets the exposition of a target. */
interface Fetcher extends AutoCloseable {

  /**
   * Asks the target once; cold. Fails with {@link ScrapeException} if the answer is of no use, or
   * with what the connection failed with. Time limits are the caller's unless {@link #limitsTime}
   * says otherwise.
   */
  Mono<Body> fetch(TargetSplit target);

  /**
   * Whether a fetch of the target fails by itself, with a {@link
   * java.util.concurrent.TimeoutException} described, when the target's timeout is over.
   */
  default boolean limitsTime(TargetSplit target) {
    return false;
  }

  @Override
  default void close() {}

  /** Forgets clients of targets that are not scraped any more. */
  default void retain(Iterable<TargetSplit> targets) {}
}
