package io.narthex.sinks.block;

import java.util.List;

/**
 * What kind of block is written.
 *
 * @param level 0 for a segment flushed from a head, else one more than the levels it was merged of
 * @param order which write wins where two blocks have a sample of one time: that of the greater
 *     order; 0 takes the time of making
 * @param sources ids of the blocks that this one replaces: once it is complete they are of no use
 */
public record BlockOptions(int level, long order, List<String> sources) {

  public BlockOptions {
    sources = List.copyOf(sources);
  }

  /** A segment flushed from a head. */
  public static BlockOptions segment() {
    return new BlockOptions(0, 0, List.of());
  }
}
