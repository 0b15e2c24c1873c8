package io.narthex.sinks.head;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Puts ids into label order, by rank where that pays: the order of all series is kept, and what is
 * new is merged into it when a large set is asked for, at the latest by the next flush. Safe for
 * use by several threads.
 */
final class LabelOrder {
  /** If more series than this for each id have no rank yet, comparing labels is cheaper. */
  private static final int RANKING_PAYS = 4;

  /** From one of so many series on, ids are taken out of the order of all. */
  private static final int SCANNING_PAYS = 8;

  private final SeriesTable series;
  private int[] ordered = new int[0];
  private int[] ranks = new int[0];

  LabelOrder(SeriesTable series) {
    this.series = series;
  }

  /** Has the order of so many series at hand from now on. */
  void prepare(int size) {
    if (size > 0) {
      int[] unused = ranksUpTo(size - 1);
    }
  }

  /** Sorts ids in place; all of them are series that the caller may see. */
  void sort(int[] ids) {
    if (ids.length < 2) {
      return;
    }
    int max = 0;
    for (int id : ids) {
      max = Math.max(max, id);
    }
    int unranked = max + 1 - rankedCount();
    if (unranked > RANKING_PAYS * ids.length) {
      new LabelSort(series).sort(ids);
      return;
    }
    if (ids.length > max / SCANNING_PAYS) {
      scan(ids, max);
      return;
    }
    int[] rank = ranksUpTo(max);
    long[] keys = new long[ids.length];
    for (int i = 0; i < ids.length; i++) {
      keys[i] = (long) rank[ids[i]] << 32 | ids[i];
    }
    Arrays.sort(keys);
    for (int i = 0; i < ids.length; i++) {
      ids[i] = (int) keys[i];
    }
  }

  /** Takes the ids out of the order of all, which is quicker than sorting if they are many. */
  private void scan(int[] ids, int max) {
    var wanted = new BitSet(max + 1);
    for (int id : ids) {
      wanted.set(id);
    }
    int found = 0;
    for (int id : orderedUpTo(max)) {
      if (wanted.get(id)) {
        ids[found++] = id;
      }
    }
  }

  private synchronized int[] orderedUpTo(int max) {
    int[] unused = ranksUpTo(max);
    return ordered;
  }

  /**
   * Takes over the order of another table, some of whose series are here.
   *
   * @param ids for each series there its number here; −1 if it is not. Ascending otherwise
   */
  void adopt(LabelOrder other, int[] ids) {
    int[] theirs = other.ordered();
    int[] adopted = new int[theirs.length];
    int count = 0;
    for (int id : theirs) {
      if (id < ids.length && ids[id] >= 0) {
        adopted[count++] = ids[id];
      }
    }
    adopt(Arrays.copyOf(adopted, count));
  }

  private synchronized void adopt(int[] adopted) {
    ordered = adopted;
    ranks = ranks(adopted);
  }

  private synchronized int rankedCount() {
    return ranks.length;
  }

  private synchronized int[] ordered() {
    return ordered;
  }

  private static int[] ranks(int[] ordered) {
    int[] ranks = new int[ordered.length];
    for (int i = 0; i < ordered.length; i++) {
      ranks[ordered[i]] = i;
    }
    return ranks;
  }

  private synchronized int[] ranksUpTo(int max) {
    if (max < ranks.length) {
      return ranks;
    }
    int known = ordered.length;
    int[] fresh = new int[max + 1 - known];
    for (int i = 0; i < fresh.length; i++) {
      fresh[i] = known + i;
    }
    new LabelSort(series).sort(fresh);
    int[] merged = new int[max + 1];
    int o = 0;
    int f = 0;
    for (int i = 0; i < merged.length; i++) {
      boolean old = f == fresh.length || (o < known && series.compare(ordered[o], fresh[f]) < 0);
      merged[i] = old ? ordered[o++] : fresh[f++];
    }
    ordered = merged;
    ranks = ranks(merged);
    return ranks;
  }
}
