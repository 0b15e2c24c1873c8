package io.narthex.sinks.store;

import io.narthex.pipeline.model.Labels;
import java.util.List;

/** Walks several sources at once, in label order; of equal labels, older sources first. */
final class SourceHeap {
  private final List<SeriesSource> sources;
  private final int[] heap;
  private final int[] index;
  private final Labels[] labels;
  private int size;

  /**
   * @param start where each source begins
   */
  SourceHeap(List<SeriesSource> sources, int start) {
    this.sources = sources;
    this.heap = new int[sources.size()];
    this.index = new int[sources.size()];
    this.labels = new Labels[sources.size()];
    for (int s = 0; s < sources.size(); s++) {
      index[s] = start;
      if (sources.get(s).size() > start) {
        labels[s] = sources.get(s).labels(start);
        heap[size++] = s;
      }
    }
    for (int i = size / 2 - 1; i >= 0; i--) {
      siftDown(i);
    }
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Number of the source that has the least labels. */
  int source() {
    return heap[0];
  }

  /** The series in that source. */
  int index() {
    return index[heap[0]];
  }

  Labels labels() {
    return labels[heap[0]];
  }

  void advance() {
    int source = heap[0];
    int next = ++index[source];
    if (next < sources.get(source).size()) {
      labels[source] = sources.get(source).labels(next);
    } else {
      heap[0] = heap[--size];
    }
    siftDown(0);
  }

  private void siftDown(int start) {
    int at = start;
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (isBefore(heap[at], heap[child])) {
        return;
      }
      int swap = heap[at];
      heap[at] = heap[child];
      heap[child] = swap;
      at = child;
    }
  }

  private boolean isBefore(int a, int b) {
    int order = labels[a].compareTo(labels[b]);
    return order < 0 || (order == 0 && a < b);
  }
}
