package io.narthex.sinks.head;

import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Arrays;

/**
 * Brings the rows of one series, read from several places, into order of time without repeats. Of
 * rows with the same timestamp the one that was appended last wins, so places are read from the
 * oldest to the newest.
 */
public final class RowOrder {

  private RowOrder() {}

  /** Orders the rows from {@code from} on; costs one look at each row if they are in order. */
  public static void restore(SampleBuffer rows, int from) {
    long[] times = rows.timestamps();
    int size = rows.size();
    int breaks = 0;
    for (int i = from + 1; i < size; i++) {
      if (times[i] <= times[i - 1]) {
        breaks++;
      }
    }
    if (breaks > 0) {
      rearrange(rows, from, order(times, from, size, breaks + 1));
    }
  }

  /** Merges the ascending runs pair by pair; returns the rows to keep, in order. */
  private static int[] order(long[] times, int from, int size, int runs) {
    int[] rows = new int[size - from];
    int[] ends = new int[runs];
    int run = 0;
    for (int i = 0; i < rows.length; i++) {
      rows[i] = from + i;
      if (i > 0 && times[from + i] <= times[from + i - 1]) {
        ends[run++] = i;
      }
    }
    ends[run] = rows.length;
    int[] merged = new int[rows.length];
    for (int left = runs; left > 1; ) {
      int out = 0;
      int start = 0;
      int pairs = 0;
      for (int r = 0; r < left; r += 2) {
        int middle = ends[r];
        int end = r + 1 < left ? ends[r + 1] : middle;
        out = merge(times, rows, start, middle, end, merged, out);
        ends[pairs++] = out;
        start = end;
      }
      int[] swap = rows;
      rows = merged;
      merged = swap;
      left = pairs;
    }
    return Arrays.copyOf(rows, ends[0]);
  }

  private static int merge(
      long[] times, int[] rows, int from, int middle, int to, int[] into, int at) {
    int a = from;
    int b = middle;
    int out = at;
    while (a < middle && b < to) {
      long timeA = times[rows[a]];
      long timeB = times[rows[b]];
      if (timeA < timeB) {
        into[out++] = rows[a++];
      } else {
        a += timeA == timeB ? 1 : 0;
        into[out++] = rows[b++];
      }
    }
    System.arraycopy(rows, a, into, out, middle - a);
    out += middle - a;
    System.arraycopy(rows, b, into, out, to - b);
    return out + to - b;
  }

  private static void rearrange(SampleBuffer rows, int from, int[] order) {
    var copy = new SampleBuffer(order.length);
    for (int row : order) {
      add(rows, row, copy);
    }
    rows.truncate(from);
    for (int row = 0; row < copy.size(); row++) {
      add(copy, row, rows);
    }
  }

  private static void add(SampleBuffer from, int row, SampleBuffer to) {
    var histogram = from.histogram(row);
    if (histogram != null) {
      to.add(from.timestamps()[row], histogram);
    } else {
      to.add(from.timestamps()[row], from.values()[row]);
    }
    to.startTimestamp(from.startTimestamp(row));
  }
}
