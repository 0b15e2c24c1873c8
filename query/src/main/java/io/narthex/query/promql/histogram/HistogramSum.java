package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.query.promql.function.Kahan;
import java.util.Arrays;

/**
 * A sum of histograms in the making. Layouts are reconciled: to the coarser schema, the wider zero
 * bucket, the custom bounds that both have. Confined to one thread.
 *
 * <p>Where asked to it keeps what rounding loses (Neumaier's improvement of Kahan's summation).
 */
public final class HistogramSum implements HistogramTotal {
  /** What it takes without its buckets. */
  private static final long OWN_BYTES = 112;

  private final boolean compensated;
  private ResetHint hint;
  private int schema;
  private double zeroThreshold;
  private double zeroCount;
  private double zeroLost;
  private double count;
  private double countLost;
  private double sum;
  private double sumLost;
  private double[] bounds;
  private final Buckets positive;
  private final Buckets negative;
  private boolean conflictingResets;
  private boolean boundsReconciled;

  /**
   * @param first what the sum begins with
   * @param compensated whether to keep what rounding loses
   */
  public HistogramSum(FloatHistogram first, boolean compensated) {
    this(
        first,
        compensated,
        Buckets.of(first.positiveSpans(), first.positiveBuckets()),
        Buckets.of(first.negativeSpans(), first.negativeBuckets()));
  }

  private HistogramSum(
      FloatHistogram first, boolean compensated, Buckets positive, Buckets negative) {
    this.compensated = compensated;
    this.positive = positive;
    this.negative = negative;
    hint = first.hint();
    schema = first.schema();
    zeroThreshold = first.zeroThreshold();
    zeroCount = first.zeroCount();
    count = first.count();
    sum = first.sum();
    bounds = first.customValues();
  }

  @Override
  public boolean accepts(FloatHistogram other) {
    return (schema == FloatHistogram.CUSTOM_BUCKETS) == other.hasCustomBuckets();
  }

  /** Whether histograms with and without a counter reset before them were combined. */
  public boolean conflictingResets() {
    return conflictingResets;
  }

  @Override
  public boolean boundsReconciled() {
    return boundsReconciled;
  }

  @Override
  public void add(FloatHistogram other) {
    combine(other, 1);
  }

  /** Subtracts a histogram that is {@link #accepts accepted}. */
  public void subtract(FloatHistogram other) {
    combine(other, -1);
  }

  public void multiply(double factor) {
    zeroCount *= factor;
    zeroLost *= factor;
    count *= factor;
    countLost *= factor;
    sum *= factor;
    sumLost *= factor;
    positive.multiply(factor);
    negative.multiply(factor);
  }

  public void divide(double divisor) {
    zeroCount /= divisor;
    zeroLost /= divisor;
    count /= divisor;
    countLost /= divisor;
    sum /= divisor;
    sumLost /= divisor;
    positive.divide(divisor);
    negative.divide(divisor);
  }

  public void hint(ResetHint newHint) {
    hint = newHint;
  }

  /** The greatest absolute number in the sum; infinite if it has overflowed. */
  double greatest() {
    double plain = Math.max(Math.abs(zeroCount), Math.max(Math.abs(count), Math.abs(sum)));
    return Math.max(plain, Math.max(positive.greatest(), negative.greatest()));
  }

  @Override
  public long sizeInBytes() {
    return OWN_BYTES + positive.sizeInBytes() + negative.sizeInBytes();
  }

  @Override
  public FloatHistogram total() {
    return result(true);
  }

  /** The sum; empty buckets are left out if asked to. */
  public FloatHistogram result(boolean compact) {
    Buckets above = positive.copy();
    Buckets below = negative.copy();
    above.settle(compact);
    below.settle(compact);
    return new FloatHistogram(
        hint,
        schema,
        zeroThreshold,
        zeroCount + zeroLost,
        count + countLost,
        sum + sumLost,
        above.spans(),
        above.counts(),
        below.spans(),
        below.counts(),
        bounds);
  }

  /** Moves the sum to a coarser exponential schema. */
  void reduceTo(int target) {
    if (target < schema) {
      positive.reduce(schema - target);
      negative.reduce(schema - target);
      schema = target;
    }
  }

  /** Moves the sum to bounds that are among its own. */
  void mapTo(double[] target) {
    int[] targets = CustomBounds.targets(bounds, target);
    positive.map(targets);
    negative.map(targets);
    bounds = target;
  }

  /**
   * Widens the zero bucket to at least the threshold: up to the end of a populated bucket that it
   * would cut.
   */
  void widen(double threshold) {
    double wider = threshold;
    int above = 0;
    int below = 0;
    for (boolean again = true; again; ) {
      above = covered(positive, wider);
      wider = end(positive, above, wider);
      below = covered(negative, wider);
      double widest = end(negative, below, wider);
      again = widest > wider;
      wider = widest;
    }
    swallow(positive, above);
    swallow(negative, below);
    zeroThreshold = wider;
  }

  double zeroThreshold() {
    return zeroThreshold;
  }

  double zeroCount() {
    return zeroCount;
  }

  Buckets positive() {
    return positive;
  }

  Buckets negative() {
    return negative;
  }

  private void combine(FloatHistogram histogram, double factor) {
    combineHints(histogram.hint());
    var other = new HistogramSum(histogram, false);
    if (schema == FloatHistogram.CUSTOM_BUCKETS) {
      reconcileBounds(other);
    } else {
      reconcileZeroBuckets(other);
      addZero(factor * other.zeroCount);
      int coarser = Math.min(schema, other.schema);
      reduceTo(coarser);
      other.reduceTo(coarser);
    }
    if (compensated) {
      countLost = Kahan.lost(factor * other.count, count, countLost);
      sumLost = Kahan.lost(factor * other.sum, sum, sumLost);
    }
    count += factor * other.count;
    sum += factor * other.sum;
    positive.add(other.positive, factor, compensated);
    negative.add(other.negative, factor, compensated);
  }

  private void addZero(double value) {
    if (compensated) {
      zeroLost = Kahan.lost(value, zeroCount, zeroLost);
    }
    zeroCount += value;
  }

  private void combineHints(ResetHint other) {
    if (hint == other || hint == ResetHint.GAUGE) {
      return;
    }
    if (other == ResetHint.GAUGE) {
      hint = ResetHint.GAUGE;
      return;
    }
    conflictingResets |= hint != ResetHint.UNKNOWN && other != ResetHint.UNKNOWN;
    hint = ResetHint.UNKNOWN;
  }

  private void reconcileBounds(HistogramSum other) {
    if (!Arrays.equals(bounds, other.bounds)) {
      boundsReconciled = true;
      double[] common = CustomBounds.common(bounds, other.bounds);
      mapTo(common);
      other.mapTo(common);
    }
  }

  private void reconcileZeroBuckets(HistogramSum other) {
    while (zeroThreshold != other.zeroThreshold) {
      if (zeroThreshold > other.zeroThreshold) {
        other.widen(zeroThreshold);
      } else {
        widen(other.zeroThreshold);
      }
    }
  }

  /** How many of the first buckets begin below a threshold. */
  private int covered(Buckets buckets, double threshold) {
    int covered = 0;
    while (covered < buckets.size()
        && BucketBounds.exponential(buckets.index(covered) - 1, schema) < threshold) {
      covered++;
    }
    return covered;
  }

  private double end(Buckets buckets, int covered, double threshold) {
    if (covered > 0 && buckets.count(covered - 1) != 0) {
      return Math.max(threshold, BucketBounds.exponential(buckets.index(covered - 1), schema));
    }
    return threshold;
  }

  private void swallow(Buckets buckets, int covered) {
    for (int i = 0; i < covered; i++) {
      zeroCount += buckets.count(i);
      zeroLost += buckets.lost(i);
    }
    buckets.removeFirst(covered);
  }
}
