package io.narthex.sinks.head;

import io.narthex.pipeline.storage.Cardinality.Count;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/** Keeps the largest of many counts; of equal ones those whose names come first. */
final class TopCounts {
  private static final Comparator<Count> ASCENDING =
      Comparator.comparingLong(Count::value).thenComparing(Count::name, Comparator.reverseOrder());

  private final int limit;
  private final PriorityQueue<Count> largest = new PriorityQueue<>(ASCENDING);

  TopCounts(int limit) {
    this.limit = limit;
  }

  void add(long value, Supplier<String> name) {
    if (limit > 0 && largest.size() >= limit && value < largest.element().value()) {
      return;
    }
    largest.add(new Count(name.get(), value));
    if (limit > 0 && largest.size() > limit) {
      largest.remove();
    }
  }

  List<Count> descending() {
    var all = new ArrayList<>(largest);
    all.sort(ASCENDING.reversed());
    return all;
  }
}
