package io.narthex.sources.receive;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.storage.Acknowledgements;
import io.narthex.pipeline.storage.AppendResult;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Who waits for which batch to be durable. The receiver opens a number for a batch, the store ends
 * it. Safe for use by several threads; as bounded as the channel that admits the batches.
 */
public final class AckRegistry implements Acknowledgements {
  private final Map<Long, CompletableFuture<AppendResult>> waiting = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();

  /**
   * An acknowledgement that is awaited.
   *
   * @param id travels with the batch
   * @param result completes when the batch is durable, and fails if it will not be
   */
  public record Pending(long id, CompletableFuture<AppendResult> result) {}

  /** Begins to wait, under a number that is never given twice. */
  public Pending open() {
    long id = last.incrementAndGet();
    var result = new CompletableFuture<AppendResult>();
    waiting.put(id, result);
    return new Pending(id, result);
  }

  @Override
  public void durable(long ackId, AppendResult result) {
    var pending = waiting.remove(ackId);
    if (pending != null) {
      pending.complete(result);
    }
  }

  @Override
  public void failed(long ackId, Throwable cause) {
    var pending = waiting.remove(ackId);
    if (pending != null) {
      pending.completeExceptionally(cause);
    }
  }

  /** Fails all that wait: what they wait for has been given up. Their senders come again. */
  public void failAll(String why) {
    for (Long id : waiting.keySet()) {
      failed(id, new FaultException(Fault.UNAVAILABLE, why));
    }
  }

  /** How many batches are waited for. */
  public int size() {
    return waiting.size();
  }
}
