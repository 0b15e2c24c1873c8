package io.narthex.pipeline.storage;

import java.util.List;

/**
 * What a store consists of on the disk, and what of it is damaged.
 *
 * @param blocks what is read, the oldest write first
 * @param damages what was found damaged and was not mended since, the oldest find first
 */
public record StoreInventory(List<BlockInfo> blocks, List<Damage> damages) {
  /** A store without files. */
  public static final StoreInventory EMPTY = new StoreInventory(List.of(), List.of());

  public StoreInventory {
    blocks = List.copyOf(blocks);
    damages = List.copyOf(damages);
  }

  /**
   * A block.
   *
   * @param id its name
   * @param minTime its first sample, milliseconds since the epoch
   * @param maxTime its last sample
   * @param level 0 for what was flushed from memory, greater after each merge
   * @param series number of series
   * @param samples number of samples, those marked as deleted included
   * @param pages number of pages
   * @param bytes size of its files
   * @param sources names of the blocks it was made of
   * @param deletions marks of deletion that no merge has carried out yet
   */
  public record BlockInfo(
      String id,
      long minTime,
      long maxTime,
      int level,
      long series,
      long samples,
      long pages,
      long bytes,
      List<String> sources,
      int deletions) {
    public BlockInfo {
      sources = List.copyOf(sources);
    }
  }

  /**
   * Damage that was found.
   *
   * @param part of the store: {@code block}, {@code wal}, {@code deletions} …
   * @param place file or folder
   * @param reason what is wrong, and what became of it
   * @param found milliseconds since the epoch
   */
  public record Damage(String part, String place, String reason, long found) {}
}
