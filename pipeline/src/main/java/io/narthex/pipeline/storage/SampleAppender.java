package io.narthex.pipeline.storage;

import io.narthex.pipeline.model.SampleBatch;
import java.util.concurrent.CompletableFuture;

/** Where samples go. Safe for use by several threads. */
public interface SampleAppender {

  /**
   * Appends a batch: its accepted samples are visible to queries when this returns.
   *
   * <p>Blocks while the log is behind by more than its bound; that is the back-pressure of the
   * pipeline. Samples that are refused (out of order, out of bounds, a second value for a
   * timestamp) are counted in the result and cost nothing else.
   *
   * @return completes when everything accepted is durable; fails with {@link
   *     io.narthex.pipeline.fault.FaultException} ({@code UNAVAILABLE}) if it could not be made
   *     durable, in which case nothing of the batch may be acknowledged
   */
  CompletableFuture<AppendResult> append(SampleBatch batch);

  /**
   * As {@link #append}, for a batch that nobody waits for: it becomes durable a moment later, with
   * others, unless {@link #sync} is called.
   */
  default CompletableFuture<AppendResult> appendUnawaited(SampleBatch batch) {
    return append(batch);
  }

  /**
   * Makes durable, at once, what was appended before; returns when it is. Called at each
   * checkpoint. Stores that make things durable by themselves need not do anything.
   */
  default void sync() {}
}
