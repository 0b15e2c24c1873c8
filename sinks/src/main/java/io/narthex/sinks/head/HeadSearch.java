package io.narthex.sinks.head;

import io.narthex.pipeline.model.Matcher;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * A search for series in memtables that go on changing: without the head's lock as often as it
 * takes, and then a last look under it. Confined to one thread.
 */
final class HeadSearch {
  private final List<Matcher> matchers;
  private final long from;
  private final long to;
  private final Runnable checkpoint;
  private final IdentityHashMap<SeriesTable, FoundSeries> found = new IdentityHashMap<>();

  /**
   * @param from first millisecond in which samples are wanted
   * @param to the last
   * @param checkpoint is run now and then, and may stop the search by an exception
   */
  HeadSearch(List<Matcher> matchers, long from, long to, Runnable checkpoint) {
    this.matchers = matchers;
    this.from = from;
    this.to = to;
    this.checkpoint = checkpoint;
  }

  /** Looks at the series that were not there at the last look. */
  void lookAt(List<Memtable> memtables) {
    for (var memtable : memtables) {
      found
          .computeIfAbsent(memtable.series(), key -> new FoundSeries(key, matchers, checkpoint))
          .complete();
    }
  }

  /**
   * Whether all series are looked at. Under the head's lock.
   *
   * @param completeNow look at those that are not
   */
  boolean isComplete(List<Memtable> memtables, boolean completeNow) {
    for (var memtable : memtables) {
      var ofTable = found.get(memtable.series());
      if (ofTable == null || (!completeNow && !ofTable.isComplete())) {
        return false;
      }
      ofTable.complete();
    }
    return true;
  }

  /**
   * What was found, in the memtables that overlap the range. Under the head's lock.
   *
   * @return one part for each generation of series, oldest first
   */
  List<HeadPart> parts(List<Memtable> memtables) {
    var parts = new ArrayList<HeadPart>();
    for (int i = 0; i < memtables.size(); ) {
      var series = memtables.get(i).series();
      var tables = new ArrayList<Memtable>();
      for (; i < memtables.size() && memtables.get(i).series() == series; i++) {
        var memtable = memtables.get(i);
        if (memtable.minTime() <= to && memtable.maxTime() >= from) {
          tables.add(memtable);
        }
      }
      var ofTable = found.get(series);
      if (ofTable != null && !tables.isEmpty()) {
        int[] ids = ofTable.ids();
        parts.add(new HeadPart(series, ids, ids.length, tables));
      }
    }
    return parts;
  }
}
