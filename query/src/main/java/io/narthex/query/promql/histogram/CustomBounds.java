package io.narthex.query.promql.histogram;

import java.util.Arrays;

/** Reconciles different custom bucket bounds. */
final class CustomBounds {
  private CustomBounds() {}

  /** The bounds that both have; both are ascending. */
  static double[] common(double[] a, double[] b) {
    double[] common = new double[Math.min(a.length, b.length)];
    int size = 0;
    int i = 0;
    int j = 0;
    while (i < a.length && j < b.length) {
      if (a[i] == b[j]) {
        common[size++] = a[i];
        i++;
        j++;
      } else if (a[i] < b[j]) {
        i++;
      } else {
        j++;
      }
    }
    return Arrays.copyOf(common, size);
  }

  /**
   * For each bucket of {@code from}, the one beyond the last bound included, its bucket in {@code
   * to}.
   */
  static int[] targets(double[] from, double[] to) {
    int[] targets = new int[from.length + 1];
    int at = 0;
    for (int i = 0; i < from.length; i++) {
      while (at < to.length && to[at] < from[i]) {
        at++;
      }
      targets[i] = at;
    }
    targets[from.length] = to.length;
    return targets;
  }
}
