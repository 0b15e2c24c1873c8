package io.narthex.pipeline.wire;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.NativeHistograms;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the parts of a classic histogram and makes a native one with custom buckets of them: its
 * bounds are the {@code le} values, its buckets hold what lies between two of them. Reusable.
 */
public final class ClassicHistogram {
  private double[] bounds = new double[16];
  private double[] cumulative = new double[16];
  private int size;
  private double count;
  private double sum;
  private boolean hasCount;
  private boolean broken;

  /** Forgets all parts. */
  public void clear() {
    size = 0;
    count = 0;
    sum = 0;
    hasCount = false;
    broken = false;
  }

  /**
   * Takes a bucket. They usually come in order, and then are only added.
   *
   * @param bound upper, inclusive
   * @param observations up to the bound
   */
  public void bucket(double bound, double observations) {
    if (Double.isNaN(bound) || observations < 0) {
      broken = true;
      return;
    }
    int at = size;
    while (at > 0 && bounds[at - 1] >= bound) {
      at--;
    }
    if (at < size && bounds[at] == bound) {
      return;
    }
    broken |= at > 0 && observations < cumulative[at - 1];
    broken |= at < size && observations > cumulative[at];
    if (size == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * size);
      cumulative = Arrays.copyOf(cumulative, 2 * size);
    }
    System.arraycopy(bounds, at, bounds, at + 1, size - at);
    System.arraycopy(cumulative, at, cumulative, at + 1, size - at);
    bounds[at] = bound;
    cumulative[at] = observations;
    size++;
  }

  /** Takes the number of all observations. */
  public void count(double observations) {
    broken |= observations < 0;
    count = observations;
    hasCount = true;
  }

  public void sum(double sum) {
    this.sum = sum;
  }

  /**
   * The native histogram; null if the parts contradict each other: buckets that do not add up, a
   * count that is not that of the last bucket, nothing at all.
   */
  public @Nullable FloatHistogram convert() {
    if (broken || (!hasCount && size == 0)) {
      return null;
    }
    double all = hasCount ? count : cumulative[size - 1];
    boolean endless = size > 0 && bounds[size - 1] == Double.POSITIVE_INFINITY;
    if (endless && cumulative[size - 1] != all) {
      return null;
    }
    int finite = endless ? size - 1 : size;
    if (finite > 0 && cumulative[finite - 1] > all) {
      return null;
    }
    double[] buckets = new double[finite + 1];
    double before = 0;
    for (int i = 0; i < finite; i++) {
      buckets[i] = cumulative[i] - before;
      before = cumulative[i];
    }
    buckets[finite] = all - before;
    var histogram =
        new FloatHistogram(
            ResetHint.UNKNOWN,
            FloatHistogram.CUSTOM_BUCKETS,
            0,
            0,
            all,
            sum,
            new int[] {0, buckets.length},
            buckets,
            new int[0],
            new double[0],
            Arrays.copyOf(bounds, finite));
    return NativeHistograms.fault(histogram) == null ? histogram : null;
  }
}
