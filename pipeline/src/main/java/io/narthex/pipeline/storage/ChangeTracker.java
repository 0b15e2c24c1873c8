package io.narthex.pipeline.storage;

/**
 * Remembers changes in bounded memory: what is forgotten makes answers earlier, never later. Safe
 * for use by several threads.
 */
public final class ChangeTracker implements Changes {
  private static final int MOST = 1024;
  private static final long GRAIN = 1000;

  // In both columns ascending: a change drops all earlier ones that were at its time or later.
  private final long[] versions = new long[MOST];
  private final long[] times = new long[MOST];
  private int size;
  private long version;

  /**
   * Notes a change that can be seen by now.
   *
   * @param earliest time of the first sample that was added, replaced or deleted, in milliseconds
   */
  public synchronized void changed(long earliest) {
    long time =
        earliest < Long.MIN_VALUE + GRAIN ? earliest : earliest - Math.floorMod(earliest, GRAIN);
    version++;
    while (size > 0 && times[size - 1] >= time) {
      size--;
    }
    if (size == MOST) {
      forget();
    }
    versions[size] = version;
    times[size] = time;
    size++;
  }

  /** Makes one of each two changes: as late as the later, at the time of the earlier. */
  private void forget() {
    for (int i = 0; i < MOST / 2; i++) {
      versions[i] = versions[2 * i + 1];
      times[i] = times[2 * i];
    }
    size = MOST / 2;
  }

  @Override
  public synchronized long version() {
    return version;
  }

  @Override
  public synchronized long earliestSince(long since) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (versions[middle] > since) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == size ? Long.MAX_VALUE : times[low];
  }
}
