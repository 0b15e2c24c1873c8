package io.narthex.sinks.store;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Series of several places as one list in label order. A series that is in several places is one
 * here; of samples with the same timestamp the one written last wins. Immutable once made, so that
 * several queries may read it.
 */
final class MergedSeries implements SeriesSource {
  /** Between two looks whether the work is still wanted. */
  private static final int LOOK = 1024;

  private final List<SeriesSource> sources;

  private Labels[] labels = new Labels[64];
  private int[] firstPlace = new int[65];
  private int[] placeSource = new int[64];
  private int[] placeIndex = new int[64];
  private int size;
  private int places;

  private MergedSeries(List<SeriesSource> sources) {
    this.sources = sources;
  }

  /**
   * Merges sources.
   *
   * @param sources in order of writing: later ones win
   * @param checkpoint is run now and then, and may stop the work by an exception; not kept, for it
   *     may hold a whole query, and what is made here may be kept for long
   */
  static MergedSeries of(List<SeriesSource> sources, Runnable checkpoint) {
    if (sources.size() == 1 && sources.get(0) instanceof MergedSeries merged) {
      return merged;
    }
    var merged = new MergedSeries(List.copyOf(sources));
    merged.merge(checkpoint);
    return merged;
  }

  private void merge(Runnable checkpoint) {
    int common = mergeCommon(checkpoint);
    var heap = new SourceHeap(sources, common);
    while (!heap.isEmpty()) {
      int source = heap.source();
      int index = heap.index();
      var next = heap.labels();
      if (size == 0 || !isSame(source, index, next, labels[size - 1])) {
        beginSeries(next, checkpoint);
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
  private int mergeCommon(Runnable checkpoint) {
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
      beginSeries(next, checkpoint);
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

  private void beginSeries(Labels next, Runnable checkpoint) {
    if (size == labels.length) {
      labels = Arrays.copyOf(labels, 2 * size);
      firstPlace = Arrays.copyOf(firstPlace, 2 * size + 1);
    }
    labels[size] = next;
    firstPlace[size] = places;
    size++;
    if (size % LOOK == 0) {
      checkpoint.run();
    }
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
    for (int p = firstPlace[series]; p < firstPlace[series + 1]; p++) {
      sources.get(placeSource[p]).read(placeIndex[p], after, to, into);
    }
  }

  @Override
  public PageCursor pages(int series, long from, long to) {
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

  /** What it takes, with the bytes of its labels, which others may hold as well. */
  long sizeInBytes() {
    long bytes = 8L * labels.length + 4L * firstPlace.length + 8L * placeSource.length;
    for (int i = 0; i < size; i++) {
      bytes += labels[i].bytes().length;
    }
    for (var source : sources) {
      bytes += 64 + 4L * source.size();
    }
    return bytes;
  }
}
