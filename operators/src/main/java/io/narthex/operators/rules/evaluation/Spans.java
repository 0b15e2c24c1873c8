package io.narthex.operators.rules.evaluation;

import java.util.TreeMap;

/** Spans of time that include their ends; those that touch are one. */
final class Spans {
  private final TreeMap<Long, Long> spans = new TreeMap<>();

  boolean isEmpty() {
    return spans.isEmpty();
  }

  void clear() {
    spans.clear();
  }

  void add(long from, long to) {
    long begin = from;
    long end = to;
    var before = spans.floorEntry(begin);
    if (before != null && before.getValue() >= begin - 1) {
      begin = before.getKey();
      end = Math.max(end, before.getValue());
    }
    for (var next = spans.higherEntry(begin);
        next != null && next.getKey() <= end + 1;
        next = spans.higherEntry(begin)) {
      end = Math.max(end, next.getValue());
      spans.remove(next.getKey());
    }
    spans.put(begin, end);
  }

  boolean has(long time) {
    var span = spans.floorEntry(time);
    return span != null && span.getValue() >= time;
  }

  /** The first millisecond of the first span. */
  long first() {
    return spans.firstKey();
  }
}
