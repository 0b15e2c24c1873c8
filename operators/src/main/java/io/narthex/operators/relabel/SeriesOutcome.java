package io.narthex.operators.relabel;

import org.jspecify.annotations.Nullable;

/** What relabelling and the label limits make of a series. */
sealed interface SeriesOutcome {

  /** The series is stored under these canonical label bytes. */
  record Kept(byte[] labels, long hash) implements SeriesOutcome {}

  /** The series is dropped. */
  record Dropped() implements SeriesOutcome {
    static final Dropped INSTANCE = new Dropped();
  }

  /**
   * The series is not acceptable, and with it the whole scrape.
   *
   * @param error what is wrong with it
   */
  record Invalid(String error) implements SeriesOutcome {}

  /** Bytes that a cached outcome holds, about. */
  static int weight(@Nullable SeriesOutcome outcome) {
    return outcome instanceof Kept kept ? 64 + kept.labels().length : 64;
  }
}
