package io.narthex.sinks.compact;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockFolder;
import io.narthex.sinks.block.BlockMeta;
import io.narthex.sinks.block.BlockOptions;
import io.narthex.sinks.block.BlockWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Merges blocks. Where two have a sample of one time, that of the newer write wins.
 *
 * <p>A merge survives a crash at any moment. Each block is written aside and gets its name when it
 * is durable. The last one names all inputs as its sources: from then on they are of no use, and
 * {@link io.narthex.sinks.block.BlockFolder#open} removes them. Before that, what was written only
 * repeats what the inputs say.
 */
public final class Compactor {
  private final Path directory;
  private final Tombstones tombstones;

  /**
   * A compactor of a folder.
   *
   * @param directory the folder of blocks, into which merged blocks are written
   */
  public Compactor(Path directory, Tombstones tombstones) {
    this.directory = directory;
    this.tombstones = tombstones;
  }

  /**
   * Writes the samples of some blocks anew, one block for each aligned window of time that has any.
   * The inputs stay; the caller holds them, and deletes them when it has put the result in their
   * place.
   *
   * @return blocks written, by time; none if all samples were deleted
   * @throws FaultException {@code CORRUPT_BLOCK} if an input cannot be read; nothing is written
   *     then
   */
  public List<BlockMeta> merge(List<Block> inputs, Duration window) throws IOException {
    return merge(inputs, window, Pace.UNLIMITED);
  }

  /** As {@link #merge(List, Duration)}, at a pace. */
  public List<BlockMeta> merge(List<Block> inputs, Duration window, Pace pace) throws IOException {
    List<Block> oldestFirst = new ArrayList<>(inputs);
    oldestFirst.sort((a, b) -> BlockMeta.OLDEST_FIRST.compare(a.meta(), b.meta()));
    List<BlockMeta> written = new ArrayList<>();
    List<String> named = new ArrayList<>();
    try {
      writeWindows(oldestFirst, window.toMillis(), pace, written, named);
      return written;
    } catch (IOException | RuntimeException | Error e) {
      discard(named, e);
      throw e;
    }
  }

  /**
   * Removes what a merge wrote, since its inputs are to stay. The last block goes first: as long as
   * it is there the next start takes the others for its inputs' place, so that none of them may be
   * gone; and if it cannot be removed, all stay.
   *
   * @param ids in the order in which they were written; some may not be there
   * @param cause why; gets suppressed what prevents it
   */
  public void discard(List<String> ids, Throwable cause) {
    for (int i = ids.size() - 1; i >= 0; i--) {
      Path folder = directory.resolve(ids.get(i));
      try {
        if (Files.exists(folder)) {
          BlockFolder.remove(folder);
        }
      } catch (IOException e) {
        cause.addSuppressed(e);
        if (!Files.notExists(folder)) {
          return;
        }
      }
    }
  }

  /**
   * Holds the newest block with samples back until there is another, since the last one differs.
   *
   * @param named gets the blocks that may have got their names, also if that fails
   */
  private void writeWindows(
      List<Block> inputs, long length, Pace pace, List<BlockMeta> written, List<String> named)
      throws IOException {
    @Nullable BlockWriter held = null;
    @Nullable BlockWriter next = null;
    try {
      for (long start : windows(inputs, length)) {
        List<Block> reaching = overlapping(inputs, start, length);
        next = BlockWriter.create(directory, options(inputs, reaching, length));
        new WindowMerge(next, tombstones, pace, start, start + length - 1).merge(reaching);
        if (next.seriesCount() == 0) {
          next.close();
        } else {
          if (held != null) {
            named.add(held.id());
            written.add(held.finish());
          }
          held = next;
        }
      }
      if (held != null) {
        named.add(held.id());
        written.add(held.finish(replaced(inputs)));
      }
    } catch (IOException | RuntimeException | Error e) {
      giveUp(held, e);
      giveUp(next, e);
      throw e;
    }
  }

  private static void giveUp(@Nullable BlockWriter writer, Throwable cause) {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * The inputs, and of what they replaced that which is still there, such as a block that a query
   * held when the process ended.
   */
  private List<String> replaced(List<Block> inputs) {
    var ids = new LinkedHashSet<String>();
    inputs.forEach(input -> ids.add(input.meta().id()));
    for (Block input : inputs) {
      for (String id : input.meta().sources()) {
        if (Files.exists(directory.resolve(id))) {
          ids.add(id);
        }
      }
    }
    return List.copyOf(ids);
  }

  /** The result is as new as the newest input that reaches into its window, and no newer. */
  private static BlockOptions options(List<Block> inputs, List<Block> reaching, long length) {
    int level = 0;
    for (Block input : inputs) {
      level = Math.max(level, input.meta().level());
    }
    long order = 0;
    for (Block input : reaching) {
      order = Math.max(order, input.meta().order());
    }
    boolean dense = length > CompactionOptions.SHORTEST.toMillis();
    return new BlockOptions(level + 1, order, List.of(), dense);
  }

  /** Windows that have samples: one far away from the others makes two, not all in between. */
  private static List<Long> windows(List<Block> inputs, long length) {
    var starts = new TreeSet<Long>();
    for (Block input : inputs) {
      starts.addAll(input.windows(length));
    }
    return new ArrayList<>(starts);
  }

  private static List<Block> overlapping(List<Block> inputs, long start, long length) {
    List<Block> found = new ArrayList<>();
    for (Block input : inputs) {
      if (input.meta().overlaps(start, start + length - 1)) {
        found.add(input);
      }
    }
    return found;
  }
}
