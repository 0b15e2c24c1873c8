package io.narthex.sinks.store;

import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.block.Block;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/**
 * What was deleted from one block. Immutable.
 *
 * @param entries in order of deletion
 * @param hidden series of which nothing is left to see; not to be changed
 */
record Deletions(List<Entry> entries, RoaringBitmap hidden) {
  static final Deletions NONE = new Deletions(List.of(), new RoaringBitmap());

  private static final long[] NO_RANGES = {};

  Deletions {
    entries = List.copyOf(entries);
  }

  /** What was deleted from a block, whose pages are asked which series vanish. */
  static Deletions in(Block block, List<Entry> entries) {
    return entries.isEmpty()
        ? NONE
        : new Deletions(entries, DeletionLedger.hiddenIn(block, entries));
  }

  /**
   * A range of time deleted from some series.
   *
   * @param id of the deletion
   * @param series numbers in the block; not to be changed
   * @param from first millisecond
   * @param to last millisecond
   */
  record Entry(long id, RoaringBitmap series, long from, long to) {}

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** The entries, and one more. */
  List<Entry> with(Entry entry) {
    var all = new ArrayList<>(entries);
    all.add(entry);
    return all;
  }

  /** The entries but those of a deletion. */
  List<Entry> without(long id) {
    var left = new ArrayList<>(entries);
    left.removeIf(entry -> entry.id == id);
    return left;
  }

  /**
   * Ranges deleted from a series: first and last millisecond of each in turn, ascending and apart.
   */
  long[] ranges(int series) {
    if (entries.isEmpty()) {
      return NO_RANGES;
    }
    var ranges = new ArrayList<long[]>();
    for (var entry : entries) {
      if (entry.series.contains(series)) {
        ranges.add(new long[] {entry.from, entry.to});
      }
    }
    return ranges.isEmpty() ? NO_RANGES : united(ranges);
  }

  private static long[] united(List<long[]> ranges) {
    ranges.sort((a, b) -> Long.compare(a[0], b[0]));
    long[] all = new long[2 * ranges.size()];
    int size = 0;
    for (var range : ranges) {
      if (size > 0 && (range[0] <= all[size - 1] || range[0] - 1 == all[size - 1])) {
        all[size - 1] = Math.max(all[size - 1], range[1]);
      } else {
        all[size++] = range[0];
        all[size++] = range[1];
      }
    }
    return java.util.Arrays.copyOf(all, size);
  }

  /** Appends the rows that lie in none of the ranges. */
  static void copyKept(SampleBuffer from, long[] ranges, SampleBuffer into) {
    int range = 0;
    for (int row = 0; row < from.size(); row++) {
      long time = from.timestamps()[row];
      while (range < ranges.length && ranges[range + 1] < time) {
        range += 2;
      }
      if (range < ranges.length && time >= ranges[range]) {
        continue;
      }
      var histogram = from.histogram(row);
      if (histogram != null) {
        into.add(time, histogram);
      } else {
        into.add(time, from.values()[row]);
      }
      into.startTimestamp(from.startTimestamp(row));
    }
  }
}
