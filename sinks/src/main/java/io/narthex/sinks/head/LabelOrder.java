package io.narthex.sinks.head;

import java.util.Arrays;

/**
 * Puts ids into label order, by rank where that pays: the order of all series is kept, and what is
 * new is merged into it when a large set is asked for, at the latest by the next flush. Safe for
 * use by several threads.
 */
final class LabelOrder {
  /** If more series than this for each id have no rank yet, comparing labels is cheaper. */
  private static final int RANKING_PAYS = 4;

  private final SeriesTable series;
  private int[] ordered = new int[0];
  private int[] ranks = new int[0];

  LabelOrder(SeriesTable series) {
    this.series = series;
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
      mergeSort(ids, new int[ids.length], 0, ids.length);
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
    mergeSort(fresh, new int[fresh.length], 0, fresh.length);
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

  private void mergeSort(int[] ids, int[] work, int from, int to) {
    if (to - from < 2) {
      return;
    }
    int middle = (from + to) >>> 1;
    mergeSort(ids, work, from, middle);
    mergeSort(ids, work, middle, to);
    if (series.compare(ids[middle - 1], ids[middle]) <= 0) {
      return;
    }
    System.arraycopy(ids, from, work, from, to - from);
    int a = from;
    int b = middle;
    for (int i = from; i < to; i++) {
      boolean left = b == to || (a < middle && series.compare(work[a], work[b]) <= 0);
      ids[i] = left ? work[a++] : work[b++];
    }
  }
}
