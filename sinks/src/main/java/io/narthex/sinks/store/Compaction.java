package io.narthex.sinks.store;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockMeta;
import io.narthex.sinks.compact.CompactionOptions;
import io.narthex.sinks.compact.CompactionPlan;
import io.narthex.sinks.compact.Compactor;
import io.narthex.sinks.compact.Pace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  private final Damages damages;

  /** Blocks that a merge could not read, though reading them before found nothing. */
  private final Set<String> unreadable = new HashSet<>();

  Compaction(
      BlockSet blocks,
      StoreManifest manifest,
      Path directory,
      Duration retention,
      CompactionPace pace,
      Damages damages) {
    this.pace = pace;
    this.damages = damages;
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
    return run(
        held, (metas, left) -> CompactionPlan.next(metas, completeBefore, options, left), true);
  }

  /**
   * Merges, in each of the longest windows, also in those that are not over, what there is: the
   * form in which samples take the least room.
   *
   * @param held blocks that are to stay as they are
   * @return number of merges
   */
  int runToTheEnd(Set<String> held) throws IOException {
    return run(held, (metas, left) -> CompactionPlan.last(metas, options, left), false);
  }

  /** Finds the next merge among blocks, some of which no merge may touch. */
  private interface Planner {
    Optional<CompactionPlan> next(List<BlockMeta> metas, Set<String> held);
  }

  /**
   * Blocks that cannot be read stay what they are, and what lies around them is merged: of those
   * written between others whatever a merge would hide stays where it is as well.
   */
  private int run(Set<String> held, Planner planner, boolean slowed) throws IOException {
    int merges = 0;
    var left = new HashSet<>(held);
    while (true) {
      var all = blocks.all();
      var sound = new ArrayList<BlockMeta>(all.size());
      var damaged = new ArrayList<BlockMeta>();
      for (var block : all) {
        (isDamaged(block) ? damaged : sound).add(block.meta());
      }
      var plan = planner.next(sound, left).orElse(null);
      if (plan == null) {
        return merges;
      }
      if (plan.hidesAny(sound, damaged)) {
        left.addAll(plan.blocks());
        continue;
      }
      var inputs = new ArrayList<Block>();
      for (var block : all) {
        if (plan.blocks().contains(block.meta().id())) {
          inputs.add(block);
        }
      }
      var turns = slowed ? pace.slowed(plan.window()) : pace.unslowed();
      merges += tryReplace(inputs, plan.window(), turns) ? 1 : 0;
    }
  }

  private boolean isDamaged(Block block) {
    return block.damage() != null || unreadable.contains(block.meta().id());
  }

  /** Writes the blocks from which something was deleted anew, without it. */
  void cleanTombstones() throws IOException {
    for (var block : blocks.all()) {
      if (!blocks.deletions(block).isEmpty() && !isDamaged(block)) {
        tryReplace(List.of(block), windowOf(block.meta()), pace.unslowed());
      }
    }
  }

  /** Merges, unless an input turns out to be damaged, which is reported then. */
  private boolean tryReplace(List<Block> inputs, Duration window, Pace turns) throws IOException {
    long start = System.nanoTime();
    List<BlockMeta> written;
    try {
      written = compactor.merge(inputs, window, turns);
    } catch (FaultException e) {
      if (e.fault() != Fault.CORRUPT_BLOCK) {
        throw e;
      }
      leave(inputs, e);
      return false;
    }
    replace(inputs, written);
    LOGGER.info(
        "merged {} blocks into {} of {} in {} ms",
        inputs.size(),
        written.size(),
        window,
        (System.nanoTime() - start) / 1_000_000);
    return true;
  }

  private void leave(List<Block> inputs, FaultException damage) {
    LOGGER.error(
        "{} cannot be merged; what is damaged stays as it is from now on", names(inputs), damage);
    if (inputs.stream().noneMatch(block -> block.damage() != null)) {
      unreadable.addAll(names(inputs));
    }
    blocks.reportDamage(damages);
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

  private void replace(List<Block> inputs, List<BlockMeta> written) throws IOException {
    var outputs = open(written);
    manifest.change(names(outputs), names(inputs));
    inputs.forEach(Block::deleteWhenReleased);
    blocks.change(outputs, inputs);
  }

  /**
   * Opens what was written; if that fails, nothing of it may stay, since the inputs do.
   *
   * @throws IOException if that fails, such as without file handles: it says nothing of the inputs
   */
  private List<Block> open(List<BlockMeta> written) throws IOException {
    var opened = new ArrayList<Block>();
    try {
      for (var meta : written) {
        opened.add(Block.open(directory.resolve(meta.id())));
      }
      return opened;
    } catch (RuntimeException | Error e) {
      opened.forEach(Block::release);
      compactor.discard(written.stream().map(BlockMeta::id).toList(), e);
      if (e instanceof FaultException) {
        throw new IOException("what was merged cannot be opened: " + e.getMessage(), e);
      }
      throw e;
    }
  }

  private static List<String> names(List<Block> blocks) {
    return blocks.stream().map(block -> block.meta().id()).toList();
  }
}
