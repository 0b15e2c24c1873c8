package io.narthex.sources.scrape;

import reactor.core.publisher.Mono;

/** Gets the exposition of a target. */
interface Fetcher {

  /**
   * Asks the target once; cold. Fails with {@link ScrapeException} if the answer is of no use, or
   * with what the connection failed with. Time limits are the caller's.
   */
  Mono<Body> fetch(TargetSplit target);

  /** Forgets clients of targets that are not scraped any more. */
  default void retain(Iterable<TargetSplit> targets) {}
}
