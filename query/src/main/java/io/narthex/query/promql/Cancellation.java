package io.narthex.query.promql;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import org.jspecify.annotations.Nullable;

/**
 * Tells running work to stop. Evaluation looks at it at least once for each series. Safe for use by
 * several threads; the first who cancels says why.
 */
public final class Cancellation {
  private volatile boolean cancelled;
  private @Nullable String ending;

  /** Nobody wants the answer any more. */
  public void cancel() {
    cancelled = true;
  }

  /**
   * The work is ended although somebody waits for it.
   *
   * @param how what the one who waits is told, as {@code by an administrator}
   */
  public synchronized void end(String how) {
    if (!cancelled) {
      ending = how;
      cancelled = true;
    }
  }

  public boolean isCancelled() {
    return cancelled;
  }

  /**
   * Stops work that is cancelled.
   *
   * @param place where the work stands, as {@code query execution}
   * @throws FaultException {@code CANCELED}, or {@code ENDED} with the reason
   */
  public void check(String place) {
    if (cancelled) {
      throw fault(place);
    }
  }

  private synchronized FaultException fault(String place) {
    return ending == null
        ? new FaultException(Fault.CANCELED, "query was canceled in " + place)
        : new FaultException(Fault.ENDED, "query was ended " + ending + " in " + place);
  }
}
