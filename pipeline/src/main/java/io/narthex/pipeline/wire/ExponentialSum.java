package io.narthex.pipeline.wire;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The sum of exponential histograms: it has the coarsest scale and the widest zero bucket of them,
 * and a coarser scale yet where its buckets would be too many. Source: OpenTelemetry's metrics data
 * model, "Exponential Histogram: Producer Recommendations" and "merging".
 */
final class ExponentialSum {
  /** Most buckets on each side, as OpenTelemetry's producers keep them. */
  private static final int MOST_BUCKETS = 160;

  private static final int LEAST_SCALE = -10;
  private static final int GREATEST_SCALE = 20;

  private int scale;
  private double zeroThreshold;
  private double zeroCount;
  private Side positive;
  private Side negative;

  /** One side's counts; bucket {@code first + i} of the scale has {@code counts[i]}. */
  private record Side(long first, double[] counts) {
    static Side of(OtlpPoint.Counts counts, int offset) {
      return new Side(offset, counts.copy());
    }

    long end() {
      return first + counts.length;
    }

    /** With 2^down buckets made one. */
    Side coarser(int down) {
      if (down <= 0 || counts.length == 0) {
        return this;
      }
      long low = first >> down;
      double[] merged = new double[(int) (((end() - 1) >> down) - low + 1)];
      for (int i = 0; i < counts.length; i++) {
        merged[(int) (((first + i) >> down) - low)] += counts[i];
      }
      return new Side(low, merged);
    }

    Side plus(Side other) {
      if (counts.length == 0 || other.counts.length == 0) {
        return counts.length == 0 ? other : this;
      }
      long low = Math.min(first, other.first);
      double[] sum = new double[(int) (Math.max(end(), other.end()) - low)];
      System.arraycopy(counts, 0, sum, (int) (first - low), counts.length);
      for (int i = 0; i < other.counts.length; i++) {
        sum[(int) (other.first - low) + i] += other.counts[i];
      }
      return new Side(low, sum);
    }

    /** How much coarser the sum with another must be to have no more than the most buckets. */
    int excess(Side other) {
      if (counts.length == 0 && other.counts.length == 0) {
        return 0;
      }
      long low = counts.length == 0 ? other.first : first;
      low = other.counts.length == 0 ? low : Math.min(low, other.first);
      long high = Math.max(counts.length == 0 ? low : end() - 1, low);
      high = other.counts.length == 0 ? high : Math.max(high, other.end() - 1);
      int down = 0;
      while ((high >> down) - (low >> down) >= MOST_BUCKETS) {
        down++;
      }
      return down;
    }
  }

  ExponentialSum(OtlpPoint point) {
    scale = point.scale;
    zeroThreshold = point.zeroThreshold;
    zeroCount = point.zeroCount;
    positive = Side.of(point.counts, point.positiveOffset);
    negative = Side.of(point.negativeCounts, point.negativeOffset);
    coarsen(Math.max(positive.excess(positive), negative.excess(negative)));
  }

  /** Why a point cannot be part of a sum; null if it can. */
  static @Nullable String fault(OtlpPoint point) {
    if (point.scale < LEAST_SCALE || point.scale > GREATEST_SCALE) {
      return "scale of an exponential histogram must be from "
          + LEAST_SCALE
          + " to "
          + GREATEST_SCALE
          + ", was "
          + point.scale;
    }
    return point.zeroThreshold >= 0
        ? null
        : "zero threshold of an exponential histogram must not be negative, was "
            + point.zeroThreshold;
  }

  /** Adds a point's buckets. */
  void add(OtlpPoint point) {
    var other = new ExponentialSum(point);
    int least = Math.min(scale, other.scale);
    coarsen(scale - least);
    other.coarsen(other.scale - least);
    while (zeroThreshold != other.zeroThreshold) { // widening to a bucket's end may go further
      double widest = Math.max(zeroThreshold, other.zeroThreshold);
      widen(widest);
      other.widen(widest);
    }
    int down = Math.max(positive.excess(other.positive), negative.excess(other.negative));
    coarsen(down);
    other.coarsen(down);
    positive = positive.plus(other.positive);
    negative = negative.plus(other.negative);
    zeroCount += other.zeroCount;
  }

  /** Makes a point have these buckets. */
  void show(OtlpPoint point) {
    point.scale = scale;
    point.zeroThreshold = zeroThreshold;
    point.zeroCount = zeroCount;
    point.positiveOffset = Math.toIntExact(positive.first);
    point.negativeOffset = Math.toIntExact(negative.first);
    point.counts.set(positive.counts);
    point.negativeCounts.set(negative.counts);
  }

  private void coarsen(int down) {
    scale -= down;
    positive = positive.coarser(down);
    negative = negative.coarser(down);
  }

  /** Widens the zero bucket; one that ends within a bucket that is not empty takes it whole. */
  private void widen(double threshold) {
    zeroThreshold = Math.max(zeroThreshold, threshold);
    positive = withoutThoseOfZero(positive);
    negative = withoutThoseOfZero(negative);
  }

  private Side withoutThoseOfZero(Side side) {
    int from = 0;
    while (from < side.counts.length && bound(side.first + from) < zeroThreshold) {
      if (side.counts[from] > 0) {
        zeroCount += side.counts[from];
        zeroThreshold = Math.max(zeroThreshold, bound(side.first + from + 1));
      }
      from++;
    }
    return from == 0
        ? side
        : new Side(side.first + from, Arrays.copyOfRange(side.counts, from, side.counts.length));
  }

  /** The lower bound of a bucket. */
  private double bound(long index) {
    return Math.pow(2, Math.scalb((double) index, -scale));
  }
}
