package io.narthex.sinks.compact;

import io.narthex.sinks.block.Block;

/** Which samples were deleted; compaction leaves them out. */
@FunctionalInterface
public interface Tombstones {
  /** Nothing was deleted. */
  Tombstones NONE = (block, series) -> new long[0];

  /**
   * Ranges of time deleted from a series of a block.
   *
   * @return first and last millisecond of each range in turn, ranges ascending and apart; empty if
   *     nothing was deleted
   */
  long[] deleted(Block block, int series);
}
