package io.narthex.operators.rules;

import io.narthex.pipeline.storage.SampleStore;

/**
 * The store as rules read it.
 *
 * @param samples what can be read now
 * @param atCheckpoints whether samples can be read only when a checkpoint that came after them is
 *     complete; otherwise they can be read when they reach the rules
 * @param refresh makes {@code samples} show all that can be read; called before windows are filled
 */
public record ReadableStore(SampleStore samples, boolean atCheckpoints, Runnable refresh) {

  /** A store that shows what it was given at once. */
  public static ReadableStore atOnce(SampleStore samples) {
    return new ReadableStore(samples, false, () -> {});
  }
}
