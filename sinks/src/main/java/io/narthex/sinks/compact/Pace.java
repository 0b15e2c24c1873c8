package io.narthex.sinks.compact;

import java.io.IOException;

/** How quickly a merge may go on. */
@FunctionalInterface
public interface Pace {
  /** As quickly as it can. */
  Pace UNLIMITED = bytes -> {};

  /**
   * Called after each series; may wait.
   *
   * @param bytes written since the call before
   * @throws IOException if the merge is to end here; what it wrote is removed
   */
  void worked(long bytes) throws IOException;
}
