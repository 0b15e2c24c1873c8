package io.narthex.sinks.head;

import java.util.Arrays;
import java.util.List;

/** What {@link Head#freeze} set aside. */
public final class Frozen {
  private final Memtable memtable;
  private final long nextScope;

  /**
   * Names a frozen memtable.
   *
   * @param nextScope scope of the log at which what comes later begins
   */
  Frozen(Memtable memtable, long nextScope) {
    this.memtable = memtable;
    this.nextScope = nextScope;
  }

  Memtable memtable() {
    return memtable;
  }

  long nextScope() {
    return nextScope;
  }

  public long samples() {
    return memtable.samples();
  }

  /** All its series, in label order. */
  public HeadPart series() {
    var series = memtable.series();
    int[] ids = new int[series.size()];
    int count = 0;
    for (int id = 0; id < ids.length; id++) {
      if (memtable.has(id)) {
        ids[count++] = id;
      }
    }
    ids = Arrays.copyOf(ids, count);
    series.order().sort(ids);
    return new HeadPart(series, ids, count, List.of(memtable));
  }
}
