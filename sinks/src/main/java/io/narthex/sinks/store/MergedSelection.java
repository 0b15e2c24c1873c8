package io.narthex.sinks.store;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SeriesSelection;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.head.RowOrder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Series of several places as one list in label order. A series that is in several places is one
 * here; of samples with the same timestamp the one written last wins.
 */
final class MergedSelection implements SeriesSelection {
  private final List<SeriesSource> sources;
  private final List<Block> held;
  private final long from;
  private final long to;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Labels[] labels = new Labels[64];
  private int[] firstPlace = new int[65];
  private int[] placeSource = new int[64];
  private int[] placeIndex = new int[64];
  private int size;
  private int places;

  /**
   * Merges sources.
   *
   * @param sources in order of writing: later ones win
   * @param held blocks that are released when the selection is closed
   */
  MergedSelection(List<SeriesSource> sources, List<Block> held, long from, long to) {
    this.sources = sources;
    this.held = held;
    this.from = from;
    this.to = to;
    merge();
  }

  private void merge() {
    int common = mergeCommon();
    var heap = new SourceHeap(sources, common);
    while (!heap.isEmpty()) {
      int source = heap.source();
      int index = heap.index();
      var next = heap.labels();
      if (size == 0 || !isSame(source, index, next, labels[size - 1])) {
        beginSeries(next);
      }
      addPlace(source, index);
      heap.advance();
    }
    firstPlace[size] = places;
  }

  /**
   * Merges the series that all sources begin with, which often are all; they need not be brought
   * into order.
   *
   * @return how many there are
   */
  private int mergeCommon() {
    int least = Integer.MAX_VALUE;
    for (var source : sources) {
      least = Math.min(least, source.size());
    }
    for (int i = 0; i < least && !sources.isEmpty(); i++) {
      var next = sources.get(0).labels(i);
      for (int s = 1; s < sources.size(); s++) {
        if (!isSame(s, i, sources.get(s).labels(i), next)) {
          return i;
        }
      }
      beginSeries(next);
      for (int s = 0; s < sources.size(); s++) {
        addPlace(s, i);
      }
    }
    return sources.isEmpty() ? 0 : least;
  }

  /** Whether labels are equal; if so the source is given the object that others have. */
  private boolean isSame(int source, int index, Labels own, Labels shared) {
    if (!own.equals(shared)) {
      return false;
    }
    sources.get(source).share(index, shared);
    return true;
  }

  private void beginSeries(Labels next) {
    if (size == labels.length) {
      labels = Arrays.copyOf(labels, 2 * size);
      firstPlace = Arrays.copyOf(firstPlace, 2 * size + 1);
    }
    labels[size] = next;
    firstPlace[size] = places;
    size++;
  }

  private void addPlace(int source, int index) {
    if (places == placeSource.length) {
      placeSource = Arrays.copyOf(placeSource, 2 * places);
      placeIndex = Arrays.copyOf(placeIndex, 2 * places);
    }
    placeSource[places] = source;
    placeIndex[places] = index;
    places++;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Labels labels(int series) {
    return labels[series];
  }

  @Override
  public void read(int series, long after, long to, SampleBuffer into) {
    int before = into.size();
    for (int p = firstPlace[series]; p < firstPlace[series + 1]; p++) {
      sources.get(placeSource[p]).read(placeIndex[p], after, to, into);
    }
    RowOrder.restore(into, before);
  }

  @Override
  public PageCursor pages(int series) {
    int first = firstPlace[series];
    int count = firstPlace[series + 1] - first;
    if (count == 1) {
      return sources.get(placeSource[first]).pages(placeIndex[first], from, to);
    }
    var cursors = new PageCursor[count];
    for (int p = 0; p < count; p++) {
      cursors[p] = sources.get(placeSource[first + p]).pages(placeIndex[first + p], from, to);
    }
    return new MergedPages(cursors);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      held.forEach(Block::release);
    }
  }
}
