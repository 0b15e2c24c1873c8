package io.narthex.sinks.store;

import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockFolder;
import io.narthex.sinks.block.BlockMeta;
import io.narthex.sinks.compact.CompactionOptions;
import io.narthex.sinks.compact.CompactionPlan;
import io.narthex.sinks.compact.Compactor;
import io.narthex.sinks.compact.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges blocks as they become due, deletes from them, and puts what results in their place.
 * Confined to one thread at a time.
 */
final class Compaction {
  private static final Logger LOGGER = LoggerFactory.getLogger(Compaction.class);

  private final BlockSet blocks;
  private final StoreManifest manifest;
  private final Path directory;
  private final CompactionOptions options;
  private final Compactor compactor;
  private final CompactionPace pace;

  Compaction(
      BlockSet blocks,
      StoreManifest manifest,
      Path directory,
      Duration retention,
      CompactionPace pace) {
    this.pace = pace;
    this.blocks = blocks;
    this.manifest = manifest;
    this.directory = directory;
    this.options = CompactionOptions.forRetention(retention);
    this.compactor =
        new Compactor(directory, (block, series) -> blocks.deletions(block).ranges(series));
  }

  /**
   * Runs all merges that are due, without haste.
   *
   * @param completeBefore time before which nothing more is expected in order
   * @param held blocks that are to stay as they are
   * @return number of merges
   */
  int run(long completeBefore, Set<String> held) throws IOException {
    return run(metas -> CompactionPlan.next(metas, completeBefore, options, held), true);
  }

  /**
   * Merges, in each of the longest windows, also in those that are not over, what there is: the
   * form in which samples take the least room.
   *
   * @param held blocks that are to stay as they are
   * @return number of merges
   */
  int runToTheEnd(Set<String> held) throws IOException {
    return run(metas -> CompactionPlan.last(metas, options, held), false);
  }

  private int run(Function<List<BlockMeta>, Optional<CompactionPlan>> planner, boolean slowed)
      throws IOException {
    int merges = 0;
    while (true) {
      var all = blocks.all();
      var metas = new ArrayList<BlockMeta>(all.size());
      all.forEach(block -> metas.add(block.meta()));
      var plan = planner.apply(metas).orElse(null);
      if (plan == null) {
        return merges;
      }
      var inputs = new ArrayList<Block>();
      for (var block : all) {
        if (plan.blocks().contains(block.meta().id())) {
          inputs.add(block);
        }
      }
      replace(inputs, plan.window(), slowed ? pace.slowed(plan.window()) : pace.unslowed());
      merges++;
    }
  }

  /** Writes the blocks from which something was deleted anew, without it. */
  void cleanTombstones() throws IOException {
    for (var block : blocks.all()) {
      if (!blocks.deletions(block).isEmpty()) {
        replace(List.of(block), windowOf(block.meta()), pace.unslowed());
      }
    }
  }

  /** The shortest window that the block lies in, or else the longest. */
  private Duration windowOf(BlockMeta meta) {
    Duration longest = options.longest();
    for (var range : options.ranges()) {
      long length = range.toMillis();
      if (Math.floorDiv(meta.minTime(), length) == Math.floorDiv(meta.maxTime(), length)) {
        return range;
      }
    }
    return longest;
  }

  private void replace(List<Block> inputs, Duration window, Pace pace) throws IOException {
    long start = System.nanoTime();
    var written = compactor.merge(inputs, window, pace);
    var outputs = open(written);
    manifest.change(names(outputs), names(inputs));
    inputs.forEach(Block::deleteWhenReleased);
    blocks.change(outputs, inputs);
    LOGGER.info(
        "merged {} blocks into {} of {} in {} ms",
        inputs.size(),
        outputs.size(),
        window,
        (System.nanoTime() - start) / 1_000_000);
  }

  /** Opens what was written; if that fails, nothing of it may stay, since the inputs do. */
  private List<Block> open(List<BlockMeta> written) throws IOException {
    var opened = new ArrayList<Block>();
    try {
      for (var meta : written) {
        opened.add(Block.open(directory.resolve(meta.id())));
      }
      return opened;
    } catch (RuntimeException e) {
      opened.forEach(Block::release);
      for (var meta : written) {
        BlockFolder.remove(directory.resolve(meta.id()));
      }
      throw e;
    }
  }

  private static List<String> names(List<Block> blocks) {
    return blocks.stream().map(block -> block.meta().id()).toList();
  }
}
