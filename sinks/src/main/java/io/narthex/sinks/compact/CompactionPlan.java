package io.narthex.sinks.compact;

import io.narthex.sinks.block.BlockMeta;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The next merge that is due. Windows of time are aligned to multiples of their length, and only
 * those are looked at that are over, so that a window is merged once; what comes late makes a
 * segment of its own, which goes into the next merge around it.
 *
 * @param blocks ids of the blocks to merge
 * @param window length of the blocks to write
 */
public record CompactionPlan(Set<String> blocks, Duration window) {
  /** A block so many times as large as others is not rewritten for their sake. */
  private static final int MUCH_LARGER = 4;

  public CompactionPlan {
    blocks = Set.copyOf(blocks);
  }

  /**
   * Looks for the next merge: segments first, then shorter windows before longer ones, older before
   * newer.
   *
   * @param metas all blocks
   * @param completeBefore time in milliseconds before which nothing more is expected in order
   * @param held ids of blocks that no merge may touch now
   */
  public static Optional<CompactionPlan> next(
      List<BlockMeta> metas, long completeBefore, CompactionOptions options, Set<String> held) {
    Duration first = options.ranges().get(0);
    for (long start : windows(metas, first, completeBefore)) {
      List<BlockMeta> group = segmentGroup(metas, start, first.toMillis());
      if (!group.isEmpty()) {
        CompactionPlan plan = plan(withWritesBetween(group, metas), first);
        if (Collections.disjoint(plan.blocks, held)) {
          return Optional.of(plan);
        }
      }
    }
    for (Duration range : options.ranges()) {
      for (long start : windows(metas, range, completeBefore)) {
        List<BlockMeta> group = new ArrayList<>();
        for (BlockMeta meta : metas) {
          if (liesIn(meta, start, range.toMillis())) {
            group.add(meta);
          }
        }
        if (group.size() > 1) {
          CompactionPlan plan = plan(withWritesBetween(group, metas), range);
          if (Collections.disjoint(plan.blocks, held)) {
            return Optional.of(plan);
          }
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Looks for the next merge on the way to as few blocks as possible: as {@link #next}, but at once
   * into the longest windows, over or not. A block is left alone where all others of its window
   * together are small beside it, so that doing this often rewrites little.
   *
   * @param metas all blocks
   * @param held ids of blocks that no merge may touch now
   */
  public static Optional<CompactionPlan> last(
      List<BlockMeta> metas, CompactionOptions options, Set<String> held) {
    Duration range = options.longest();
    long length = range.toMillis();
    for (long start : windows(metas, range, Long.MAX_VALUE)) {
      List<BlockMeta> group = new ArrayList<>();
      boolean reachesOut = false;
      for (BlockMeta meta : metas) {
        boolean inside = liesIn(meta, start, length);
        if (inside || (meta.level() == 0 && meta.overlaps(start, start + length - 1))) {
          group.add(meta);
          reachesOut |= !inside;
        }
      }
      List<BlockMeta> small = reachesOut ? group : withoutLarge(group);
      if (reachesOut || small.size() > 1) {
        CompactionPlan plan = plan(withWritesBetween(small, metas), range);
        if (Collections.disjoint(plan.blocks, held)) {
          return Optional.of(plan);
        }
      }
    }
    return Optional.empty();
  }

  /** The group without blocks that are much larger than all smaller ones together. */
  private static List<BlockMeta> withoutLarge(List<BlockMeta> group) {
    List<BlockMeta> smallFirst = new ArrayList<>(group);
    smallFirst.sort(Comparator.comparingLong(BlockMeta::sizeInBytes));
    int kept = 0;
    long bytes = 0;
    for (int i = 0; i < smallFirst.size(); i++) {
      long size = smallFirst.get(i).sizeInBytes();
      if (size <= MUCH_LARGER * bytes) {
        kept = i + 1;
      }
      bytes += size;
    }
    return smallFirst.subList(0, kept);
  }

  /**
   * The group with the blocks that were written between its oldest and its newest and overlap it:
   * the result is as new as the newest, and would else hide their samples behind older ones.
   */
  private static List<BlockMeta> withWritesBetween(List<BlockMeta> group, List<BlockMeta> metas) {
    List<BlockMeta> all = new ArrayList<>(group);
    for (int before = 0; before < all.size(); ) {
      before = all.size();
      BlockMeta oldest = Collections.min(all, BlockMeta.OLDEST_FIRST);
      BlockMeta newest = Collections.max(all, BlockMeta.OLDEST_FIRST);
      for (BlockMeta meta : metas) {
        boolean between =
            BlockMeta.OLDEST_FIRST.compare(oldest, meta) < 0
                && BlockMeta.OLDEST_FIRST.compare(meta, newest) < 0;
        if (between && !all.contains(meta) && overlapsAny(meta, all)) {
          all.add(meta);
        }
      }
    }
    return all;
  }

  /**
   * Whether a block that is not part of the merge was written between its blocks and overlaps them,
   * so that the result, which is as new as the newest, would hide its samples.
   *
   * @param metas blocks, those of the merge among them
   * @param others blocks that are not merged
   */
  public boolean hidesAny(List<BlockMeta> metas, List<BlockMeta> others) {
    if (others.isEmpty()) {
      return false;
    }
    List<BlockMeta> merged = new ArrayList<>(metas);
    merged.removeIf(meta -> !blocks.contains(meta.id()));
    List<BlockMeta> all = new ArrayList<>(merged);
    all.addAll(others);
    return withWritesBetween(merged, all).size() > merged.size();
  }

  private static boolean overlapsAny(BlockMeta meta, List<BlockMeta> group) {
    return group.stream().anyMatch(one -> one.overlaps(meta.minTime(), meta.maxTime()));
  }

  private static CompactionPlan plan(List<BlockMeta> group, Duration window) {
    Set<String> ids = new HashSet<>();
    group.forEach(meta -> ids.add(meta.id()));
    return new CompactionPlan(ids, window);
  }

  /**
   * Starts of the windows that are over and in which a block begins or ends; empty blocks are none.
   */
  private static Set<Long> windows(List<BlockMeta> metas, Duration range, long completeBefore) {
    long length = range.toMillis();
    Set<Long> starts = new TreeSet<>();
    for (BlockMeta meta : metas) {
      if (meta.samples() > 0) {
        starts.add(Math.floorDiv(meta.minTime(), length) * length);
        starts.add(Math.floorDiv(meta.maxTime(), length) * length);
      }
    }
    starts.removeIf(start -> start + length > completeBefore);
    return starts;
  }

  /**
   * Segments that reach into a window, and the blocks that lie in it; nothing if that is one block
   * which lies in the window already.
   */
  private static List<BlockMeta> segmentGroup(List<BlockMeta> metas, long start, long length) {
    List<BlockMeta> group = new ArrayList<>();
    boolean due = false;
    for (BlockMeta meta : metas) {
      boolean inside = liesIn(meta, start, length);
      boolean segment = meta.level() == 0 && meta.overlaps(start, start + length - 1);
      if (inside || segment) {
        group.add(meta);
        due |= segment && !inside;
      }
    }
    boolean anySegment = group.stream().anyMatch(meta -> meta.level() == 0);
    return anySegment && (due || group.size() > 1) ? group : List.of();
  }

  private static boolean liesIn(BlockMeta meta, long start, long length) {
    return meta.samples() > 0 && meta.minTime() >= start && meta.maxTime() < start + length;
  }
}
