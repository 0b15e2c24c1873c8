package io.narthex.operators.rules.window;

import java.util.Arrays;

/** Times of late samples, repeated ones mostly once. */
final class LateTimes {
  private long[] times = new long[8];
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  void add(long time) {
    if (size > 0 && times[size - 1] == time) {
      return;
    }
    if (size == times.length) {
      compact();
      if (2 * size > times.length) {
        times = Arrays.copyOf(times, 2 * size);
      }
    }
    times[size++] = time;
  }

  /** All times in order, each once; forgets them. */
  long[] take() {
    compact();
    long[] taken = Arrays.copyOf(times, size);
    size = 0;
    return taken;
  }

  private void compact() {
    Arrays.sort(times, 0, size);
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (kept == 0 || times[kept - 1] != times[i]) {
        times[kept++] = times[i];
      }
    }
    size = kept;
  }
}
