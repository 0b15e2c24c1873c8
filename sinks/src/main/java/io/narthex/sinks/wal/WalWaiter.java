package io.narthex.sinks.wal;

import io.narthex.pipeline.fault.FaultException;

/** Waits for a frame to be durable. Called once, from the commit thread; must not block. */
public interface WalWaiter {
  void committed();

  void failed(FaultException cause);
}
