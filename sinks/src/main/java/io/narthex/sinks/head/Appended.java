package io.narthex.sinks.head;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.storage.AppendResult;
import io.narthex.sinks.wal.WalWaiter;
import java.util.concurrent.CompletableFuture;

/** A batch that waits to be durable. */
final class Appended extends CompletableFuture<AppendResult> implements WalWaiter {
  private final AppendResult result;

  Appended(AppendResult result) {
    this.result = result;
  }

  @Override
  public void committed() {
    complete(result);
  }

  @Override
  public void failed(FaultException cause) {
    completeExceptionally(cause);
  }
}
