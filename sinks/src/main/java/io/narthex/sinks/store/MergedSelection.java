package io.narthex.sinks.store;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.head.RowOrder;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Series for one reader, with the blocks that are held for it. */
final class MergedSelection implements SeriesSelection {
  private final SeriesSource merged;
  private final List<Block> held;
  private final long from;
  private final long to;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * A selection.
   *
   * @param held blocks that are released when the selection is closed
   */
  MergedSelection(SeriesSource merged, List<Block> held, long from, long to) {
    this.merged = merged;
    this.held = held;
    this.from = from;
    this.to = to;
  }

  @Override
  public int size() {
    return merged.size();
  }

  @Override
  public Labels labels(int series) {
    return merged.labels(series);
  }

  @Override
  public void read(int series, long after, long to, SampleBuffer into) {
    int before = into.size();
    merged.read(series, after, to, into);
    RowOrder.restore(into, before);
  }

  @Override
  public PageCursor pages(int series) {
    return merged.pages(series, from, to);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      held.forEach(Block::release);
    }
  }
}
