package io.narthex.query.promql.function;

import java.util.Arrays;

/**
 * A histogram of cumulative buckets at one step: upper bounds, ascending, and how many observations
 * are not above them. Reused; confined to one thread.
 */
public final class ClassicHistogram {
  /** Relative differences between counts that are taken as rounding. */
  private static final double TOLERANCE = 1e-12;

  private static final double SMALLEST_NORMAL = 0x1p-1022;

  private double[] bounds = new double[32];
  private double[] counts = new double[32];
  private int size;
  private boolean forced;
  private double minForced;
  private double maxForced;
  private double maxDifference;

  public void clear() {
    size = 0;
  }

  /** Adds a bucket; bounds come in ascending order, equal ones are merged. */
  public void add(double bound, double count) {
    if (size > 0 && bounds[size - 1] == bound) {
      counts[size - 1] += count;
      return;
    }
    if (size == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    bounds[size] = bound;
    counts[size++] = count;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** Whether the last {@link #quantile} had to raise counts that fell. */
  public boolean forced() {
    return forced;
  }

  /** Least bound of a raised bucket. */
  public double minForced() {
    return minForced;
  }

  /** Greatest bound of a raised bucket. */
  public double maxForced() {
    return maxForced;
  }

  /** Most that a count was raised by. */
  public double maxDifference() {
    return maxDifference;
  }

  /**
   * The φ-quantile by linear interpolation in its bucket. The first bucket begins at 0 if it ends
   * above; a quantile in the last one is the bound before. NaN without observations, with less than
   * two buckets or without an infinite one.
   */
  public double quantile(double quantile) {
    forced = false;
    if (Double.isNaN(quantile)) {
      return Double.NaN;
    }
    if (quantile < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (quantile > 1) {
      return Double.POSITIVE_INFINITY;
    }
    if (bounds[size - 1] != Double.POSITIVE_INFINITY) {
      return Double.NaN;
    }
    makeMonotonic();
    double observations = counts[size - 1];
    if (size < 2 || observations == 0) {
      return Double.NaN;
    }
    double rank = quantile * observations;
    int bucket = search(rank);
    if (bucket == size - 1) {
      return bounds[size - 2];
    }
    if (bucket == 0 && bounds[0] <= 0) {
      return bounds[0];
    }
    double start = 0;
    double end = bounds[bucket];
    double count = counts[bucket];
    if (bucket > 0) {
      start = bounds[bucket - 1];
      count -= counts[bucket - 1];
      rank -= counts[bucket - 1];
    }
    return start + (end - start) * (rank / count);
  }

  /** The share of observations between two values. */
  public double fraction(double lower, double upper) {
    if (bounds[size - 1] != Double.POSITIVE_INFINITY) {
      return Double.NaN;
    }
    double all = counts[size - 1];
    if (all == 0 || Double.isNaN(lower) || Double.isNaN(upper)) {
      return Double.NaN;
    }
    if (lower >= upper) {
      return 0;
    }
    return (Math.min(rank(upper), all) - Math.min(rank(lower), all)) / all;
  }

  private double rank(double value) {
    double rank = 0;
    for (int i = 0; i < size; i++) {
      double start = i > 0 ? bounds[i - 1] : bounds[0] > 0 ? 0 : Double.NEGATIVE_INFINITY;
      double end = bounds[i];
      if (start >= value) {
        return rank;
      }
      if (end > value) {
        if (Double.isInfinite(end)) {
          return rank;
        }
        return Double.isInfinite(start)
            ? counts[i]
            : rank + (counts[i] - rank) * (value - start) / (end - start);
      }
      rank = counts[i];
    }
    return counts[size - 1];
  }

  /** First of all buckets but the last that reaches a rank; the last if none does. */
  private int search(double rank) {
    int low = 0;
    int high = size - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (counts[middle] >= rank) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private void makeMonotonic() {
    double previous = counts[0];
    for (int i = 1; i < size; i++) {
      double current = counts[i];
      if (current == previous) {
        continue;
      }
      if (almostEqual(previous, current)) {
        counts[i] = previous;
      } else if (current < previous) {
        noteForced(bounds[i], previous - current);
        counts[i] = previous;
      } else {
        previous = current;
      }
    }
  }

  private void noteForced(double bound, double difference) {
    minForced = forced ? Math.min(minForced, bound) : bound;
    maxForced = forced ? Math.max(maxForced, bound) : bound;
    maxDifference = forced ? Math.max(maxDifference, difference) : difference;
    forced = true;
  }

  private static boolean almostEqual(double a, double b) {
    double sum = Math.abs(a) + Math.abs(b);
    double difference = Math.abs(a - b);
    if (a == 0 || b == 0 || sum < SMALLEST_NORMAL) {
      return difference < TOLERANCE * SMALLEST_NORMAL;
    }
    return difference / Math.min(sum, Double.MAX_VALUE) < TOLERANCE;
  }
}
