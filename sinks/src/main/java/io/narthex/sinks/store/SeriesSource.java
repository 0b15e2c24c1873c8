package io.narthex.sinks.store;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.BufferedPage;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.head.HeadPart;
import io.narthex.sinks.head.RowOrder;
import io.narthex.sinks.index.PostingsQuery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Selected series of one place, in label order. */
sealed interface SeriesSource permits SeriesSource.OfBlock, SeriesSource.OfHead, MergedSeries {

  /** The series of blocks that satisfy all matchers; blocks without any are left out. */
  static List<SeriesSource> of(BlockSet.Held held, List<Matcher> matchers, Runnable checkpoint) {
    var sources = new ArrayList<SeriesSource>();
    for (var block : inTime(held.blocks())) {
      var deletions = held.deletions(block);
      var found = PostingsQuery.select(block.postings(), matchers, checkpoint);
      found.andNot(deletions.hidden());
      if (!found.isEmpty()) {
        sources.add(new OfBlock(block, found.toArray(), deletions));
      }
    }
    return sources;
  }

  /**
   * Blocks in order of time as far as the order of writing allows: only neighbours without a common
   * moment change places, so of blocks that overlap the one written last still comes last. Rows
   * read in this order seldom need to be sorted.
   */
  private static List<Block> inTime(List<Block> written) {
    var blocks = new ArrayList<>(written);
    for (int i = 1; i < blocks.size(); i++) {
      for (int at = i; at > 0 && isBefore(blocks.get(at), blocks.get(at - 1)); at--) {
        Collections.swap(blocks, at, at - 1);
      }
    }
    return blocks;
  }

  private static boolean isBefore(Block a, Block b) {
    return a.meta().maxTime() < b.meta().minTime();
  }

  int size();

  Labels labels(int i);

  /** Takes over an object that equals the labels of a series, so that all hold the same. */
  default void share(int i, Labels equal) {}

  /** Appends samples in {@code (after, to]}, in any order unless the place is one block. */
  void read(int i, long after, long to, SampleBuffer into);

  /** Pages that overlap the range, both ends included. */
  PageCursor pages(int i, long from, long to);

  /**
   * Series of a block.
   *
   * @param ids numbers in the block, ascending
   * @param deletions what is not to be seen
   */
  record OfBlock(Block block, int[] ids, Deletions deletions) implements SeriesSource {
    @Override
    public int size() {
      return ids.length;
    }

    @Override
    public Labels labels(int i) {
      return block.labels(ids[i]);
    }

    @Override
    public void share(int i, Labels equal) {
      block.share(ids[i], equal);
    }

    @Override
    public void read(int i, long after, long to, SampleBuffer into) {
      long[] deleted = deletions.ranges(ids[i]);
      if (deleted.length == 0) {
        block.read(ids[i], after, to, into);
      } else {
        var rows = new SampleBuffer();
        block.read(ids[i], after, to, rows);
        Deletions.copyKept(rows, deleted, into);
      }
    }

    @Override
    public PageCursor pages(int i, long from, long to) {
      long[] deleted = deletions.ranges(ids[i]);
      if (deleted.length == 0) {
        return block.pages(ids[i], from, to);
      }
      var kept = new SampleBuffer();
      read(i, from == Long.MIN_VALUE ? from : from - 1, to, kept);
      return new BufferedPage(kept);
    }
  }

  /**
   * Series of the head. Their labels are made when they are asked for, which a query that only
   * counts does not, and kept.
   *
   * @param made labels asked for before; several threads may make the same
   */
  record OfHead(HeadPart part, @Nullable Labels[] made) implements SeriesSource {
    OfHead(HeadPart part) {
      this(part, new Labels[part.size()]);
    }

    @Override
    public int size() {
      return part.size();
    }

    @Override
    public Labels labels(int i) {
      var labels = made[i];
      if (labels == null) {
        labels = part.labels(i);
        made[i] = labels;
      }
      return labels;
    }

    @Override
    public void share(int i, Labels equal) {
      made[i] = equal;
    }

    @Override
    public void read(int i, long after, long to, SampleBuffer into) {
      part.read(i, after, to, into);
    }

    @Override
    public PageCursor pages(int i, long from, long to) {
      var rows = new SampleBuffer(Math.max(16, part.count(i)));
      part.read(i, from == Long.MIN_VALUE ? from : from - 1, to, rows);
      RowOrder.restore(rows, 0);
      return new BufferedPage(rows);
    }
  }
}
