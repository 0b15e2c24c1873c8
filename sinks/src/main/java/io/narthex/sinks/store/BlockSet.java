package io.narthex.sinks.store;

import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.ChangeTracker;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.block.BlockFolder;
import io.narthex.sinks.block.BlockMeta;
import io.narthex.sinks.index.Postings;
import io.narthex.sinks.index.VisiblePostings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The blocks that queries see, in order of writing, and what was deleted from them. Safe for use by
 * several threads.
 */
final class BlockSet implements AutoCloseable {
  private final ChangeTracker changes = new ChangeTracker();
  private final SelectionCache selections = new SelectionCache();
  private volatile State state = new State(List.of(), Map.of());

  /** Both change together, so that no reader sees a block without what was deleted from it. */
  private record State(List<Block> blocks, Map<Block, Deletions> deletions) {
    State {
      blocks = List.copyOf(blocks);
      deletions = Map.copyOf(deletions);
    }
  }

  /**
   * Blocks that are held, and what was deleted from them, as it was at one moment.
   *
   * @param blocks in order of writing
   */
  record Held(List<Block> blocks, Map<Block, Deletions> deletions) {
    static final Held NOTHING = new Held(List.of(), Map.of());

    Deletions deletions(Block block) {
      return deletions.getOrDefault(block, Deletions.NONE);
    }

    /** The postings of a block, without the series of which nothing is left to see. */
    Postings postings(Block block) {
      return VisiblePostings.without(deletions(block).hidden(), block.postings());
    }

    void release() {
      blocks.forEach(Block::release);
    }
  }

  /**
   * Opens what is in a folder. A damaged block is left out and reported. What was deleted is not
   * known yet: {@link DeletionLedger#open}.
   */
  void load(Path directory, Damages damages) throws IOException {
    var contents = BlockFolder.open(directory);
    for (var damaged : contents.damaged()) {
      reportSetAside(damages, damaged.folder(), damaged.reason());
    }
    state = new State(contents.blocks(), Map.of());
  }

  static void reportSetAside(Damages damages, Path folder, Exception reason) {
    damages.report(
        "block", folder.toString(), reason.getMessage() + "; the block is set aside, not read");
  }

  /** Reports what reading found damaged in the blocks since. */
  void reportDamage(Damages damages) {
    for (var block : state.blocks) {
      var damage = block.damage();
      if (damage != null) {
        damages.report(
            "block",
            block.folder().toString(),
            damage.getMessage() + "; queries that need these bytes fail, others are answered");
      }
    }
  }

  List<Block> all() {
    return state.blocks;
  }

  /** What was deleted from a block. */
  Deletions deletions(Block block) {
    return state.deletions.getOrDefault(block, Deletions.NONE);
  }

  /** Says what was deleted from some blocks, all at once. */
  synchronized void deletions(Map<Block, Deletions> deleted) {
    var next = new HashMap<>(state.deletions);
    next.putAll(deleted);
    next.values().removeIf(Deletions::isEmpty);
    state = new State(state.blocks, next);
    selections.clear();
  }

  /** Takes blocks in and others out, at once. Those taken out are released. */
  void change(Collection<Block> in, Collection<Block> out) {
    if (in.isEmpty() && out.isEmpty()) {
      return; // what was selected before is still true
    }
    synchronized (this) {
      var next = new ArrayList<>(state.blocks);
      next.removeAll(out);
      next.addAll(in);
      next.sort(Comparator.comparing(Block::meta, BlockMeta.OLDEST_FIRST));
      var left = new HashMap<>(state.deletions);
      left.keySet().removeAll(out);
      state = new State(next, left);
    }
    selections.clear();
    if (in.isEmpty()) {
      changes.changed(out.stream().mapToLong(block -> block.meta().minTime()).min().orElseThrow());
    }
    out.forEach(Block::release);
  }

  /** Whether anybody reads blocks. */
  boolean isRead() {
    for (var block : state.blocks) {
      if (block.isShared()) {
        return true;
      }
    }
    return false;
  }

  /** Where changes of what the store holds are noted. */
  ChangeTracker changes() {
    return changes;
  }

  /** Holds the blocks that overlap a range; the caller releases them. */
  Held retain(long from, long to) {
    while (true) {
      var held = new ArrayList<Block>();
      boolean complete = true;
      var now = state;
      for (var block : now.blocks) {
        if (complete && block.meta().overlaps(from, to)) {
          complete = block.retain();
          if (complete) {
            held.add(block);
          }
        }
      }
      if (complete) {
        return new Held(List.copyOf(held), now.deletions);
      }
      held.forEach(Block::release);
    }
  }

  /**
   * The series of held blocks that satisfy all matchers, in label order.
   *
   * @param checkpoint is run now and then, and may stop the search by an exception
   */
  MergedSeries select(Held held, List<Matcher> matchers, Runnable checkpoint) {
    return selections.select(held, matchers, checkpoint, this::isCurrent);
  }

  private boolean isCurrent(Held held) {
    var now = state;
    return now.deletions == held.deletions && now.blocks.containsAll(held.blocks);
  }

  /** Lets all blocks go. */
  @Override
  public void close() {
    change(List.of(), state.blocks);
  }

  /** Bytes of all blocks. */
  long sizeInBytes() {
    return state.blocks.stream().mapToLong(block -> block.meta().sizeInBytes()).sum();
  }
}
