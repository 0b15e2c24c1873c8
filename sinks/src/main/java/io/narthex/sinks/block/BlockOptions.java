package io.narthex.sinks.block;

import java.util.List;

/**
 * What kind of block is written.
 *
 * @param level 0 for a segment flushed from a head, else one more than the levels it was merged of
 * @param order which write wins where two blocks have a sample of one time: that of the greater
 *     order; 0 takes the time of making
 * @param sources ids of the blocks that this one replaces: once it is complete they are of no use
 * @param dense whether to take more time, in writing and a little in reading, for fewer bytes: for
 *     blocks that stay long and are read seldom
 */
public record BlockOptions(int level, long order, List<String> sources, boolean dense) {

  public BlockOptions {
    sources = List.copyOf(sources);
  }

  /** A block that is not dense. */
  public BlockOptions(int level, long order, List<String> sources) {
    this(level, order, sources, false);
  }

  /** A segment flushed from a head. */
  public static BlockOptions segment() {
    return new BlockOptions(0, 0, List.of());
  }
}
