package io.narthex.query.promql;

/** Tells running work to stop. Evaluation looks at it at least once for each series. */
public final class Cancellation {
  private volatile boolean cancelled;

  public void cancel() {
    cancelled = true;
  }

  public boolean isCancelled() {
    return cancelled;
  }
}
