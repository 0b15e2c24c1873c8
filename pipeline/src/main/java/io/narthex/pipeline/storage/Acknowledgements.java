package io.narthex.pipeline.storage;

/**
 * Where the store's sink reports what became of batches that somebody waits for ({@link
 * io.narthex.pipeline.model.SampleBatch#ackId()} is not zero). Each such batch is reported at least
 * once: after a restart of the job it may be reported again, so unknown numbers are to be ignored.
 *
 * <p>Called from the thread that commits the log: implementations return at once and throw nothing.
 */
public interface Acknowledgements {

  /** Everything accepted of the batch is durable. */
  void durable(long ackId, AppendResult result);

  /**
   * The batch could not be made durable and may not be acknowledged.
   *
   * @param cause usually a {@link io.narthex.pipeline.fault.FaultException} ({@code UNAVAILABLE})
   */
  void failed(long ackId, Throwable cause);
}
