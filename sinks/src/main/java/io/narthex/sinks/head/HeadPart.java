package io.narthex.sinks.head;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selected series of the head as they were at one moment, in label order. Holds on to the memory
 * they lie in until it is garbage. Different series may be read by different threads at once.
 */
public final class HeadPart {
  private final SeriesTable series;
  private final int[] ids;
  private final List<Memtable> memtables;
  private final @Nullable Chains[] chains;
  private final long[][] heads;
  private final Memtable.@Nullable Aside[] @Nullable [] asides;

  /**
   * Looks at the memtables; to be called under the head's lock.
   *
   * @param candidates series in label order; those without samples are left out
   * @param memtables oldest first; all refer to the same series
   */
  HeadPart(SeriesTable series, int[] candidates, int count, List<Memtable> memtables) {
    this.series = series;
    this.memtables = List.copyOf(memtables);
    int tables = memtables.size();
    this.chains = new Chains[tables];
    this.heads = new long[tables][];
    this.asides = new Memtable.Aside[tables][];
    this.ids = withSamples(candidates, count, memtables);
    for (int t = 0; t < tables; t++) {
      var memtable = memtables.get(t);
      chains[t] = memtable.chains();
      heads[t] = new long[ids.length];
      for (int i = 0; i < ids.length; i++) {
        heads[t][i] = memtable.head(ids[i]);
        keepAside(t, i, memtable.aside(ids[i]));
      }
    }
  }

  private static int[] withSamples(int[] candidates, int count, List<Memtable> memtables) {
    int[] found = new int[count];
    int size = 0;
    for (int i = 0; i < count; i++) {
      for (int t = 0; t < memtables.size(); t++) {
        if (memtables.get(t).has(candidates[i])) {
          found[size++] = candidates[i];
          break;
        }
      }
    }
    return size == count ? found : java.util.Arrays.copyOf(found, size);
  }

  private void keepAside(int table, int i, Memtable.@Nullable Aside aside) {
    if (aside == null) {
      return;
    }
    var ofTable = asides[table];
    if (ofTable == null) {
      ofTable = new Memtable.Aside[ids.length];
      asides[table] = ofTable;
    }
    ofTable[i] = aside;
  }

  /** Number of series. */
  public int size() {
    return ids.length;
  }

  public Labels labels(int i) {
    return series.labels(ids[i]);
  }

  /** Most samples that {@link #read} gives for a series, late ones left aside. */
  public int count(int i) {
    int count = 0;
    for (var head : heads) {
      count += Chains.count(head[i]);
    }
    return count;
  }

  /** Number of memtables, each of which holds one page of a series. */
  public int memtables() {
    return memtables.size();
  }

  /**
   * Appends the samples of a series in {@code (after, to]} from the oldest place to the newest;
   * {@link RowOrder#restore} puts them in order.
   */
  public void read(int i, long after, long to, SampleBuffer into) {
    for (int t = 0; t < heads.length; t++) {
      var chain = chains[t];
      var ofTable = asides[t];
      var aside = ofTable == null ? null : ofTable[i];
      if (chain != null) {
        chain.read(heads[t][i], aside == null ? null : aside.histograms(), after, to, into);
      }
      if (aside != null && aside.late() != null) {
        aside.late().read(after, to, into);
      }
    }
  }
}
