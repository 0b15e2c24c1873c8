package io.narthex.sinks.store;

import io.narthex.pipeline.model.Matcher;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockMeta;
import io.narthex.sinks.compact.CompactionOptions;
import io.narthex.sinks.compact.CompactionPlan;
import io.narthex.sinks.compact.Compactor;
import io.narthex.sinks.index.PostingsQuery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Merges blocks as they become due, deletes from them, and puts what results in their place.
 * Confined to one thread at a time.
 */
final class Compaction {
  private static final Logger LOGGER = LoggerFactory.getLogger(Compaction.class);

  private final BlockSet blocks;
  private final Path directory;
  private final CompactionOptions options;
  private final Compactor compactor;

  Compaction(BlockSet blocks, Path directory, Duration retention) {
    this.blocks = blocks;
    this.directory = directory;
    this.options = CompactionOptions.forRetention(retention);
    this.compactor =
        new Compactor(directory, (block, series) -> blocks.deletions(block).ranges(series));
  }

  /**
   * Runs all merges that are due.
   *
   * @param completeBefore time before which nothing more is expected in order
   * @return number of merges
   */
  int run(long completeBefore) throws IOException {
    int merges = 0;
    while (true) {
      var all = blocks.all();
      var metas = new ArrayList<BlockMeta>(all.size());
      all.forEach(block -> metas.add(block.meta()));
      var plan = CompactionPlan.next(metas, completeBefore, options).orElse(null);
      if (plan == null) {
        return merges;
      }
      var inputs = new ArrayList<Block>();
      for (var block : all) {
        if (plan.blocks().contains(block.meta().id())) {
          inputs.add(block);
        }
      }
      replace(inputs, plan.window());
      merges++;
    }
  }

  /** Marks samples of all blocks as deleted; see the storage port. */
  void delete(List<Matcher> matchers, long from, long to) throws IOException {
    for (var block : blocks.all()) {
      if (!block.meta().overlaps(from, to)) {
        continue;
      }
      var series = PostingsQuery.select(block.postings(), matchers);
      if (!series.isEmpty()) {
        var deletions = blocks.deletions(block).with(new Deletions.Entry(series, from, to));
        DeletionFile.write(block.folder(), deletions);
        blocks.deletions(block, deletions);
      }
    }
  }

  /** Writes the blocks from which something was deleted anew, without it. */
  void cleanTombstones() throws IOException {
    for (var block : blocks.all()) {
      if (!blocks.deletions(block).isEmpty()) {
        replace(List.of(block), windowOf(block.meta()));
      }
    }
  }

  /** The shortest window that the block lies in, or else the longest. */
  private Duration windowOf(BlockMeta meta) {
    Duration longest = options.ranges().get(options.ranges().size() - 1);
    for (var range : options.ranges()) {
      long length = range.toMillis();
      if (Math.floorDiv(meta.minTime(), length) == Math.floorDiv(meta.maxTime(), length)) {
        return range;
      }
    }
    return longest;
  }

  private void replace(List<Block> inputs, Duration window) throws IOException {
    long start = System.nanoTime();
    var written = compactor.merge(inputs, window);
    var outputs = new ArrayList<Block>();
    for (var meta : written) {
      outputs.add(Block.open(directory.resolve(meta.id())));
    }
    inputs.forEach(Block::deleteWhenReleased);
    blocks.change(outputs, inputs);
    LOGGER.info(
        "merged {} blocks into {} of {} in {} ms",
        inputs.size(),
        outputs.size(),
        window,
        (System.nanoTime() - start) / 1_000_000);
  }
}
