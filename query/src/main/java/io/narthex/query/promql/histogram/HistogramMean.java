package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;

/**
 * A mean of histograms in the making: the compensated sum divided by the count, or, once the sum
 * would overflow, a mean that is kept up incrementally. Confined to one thread.
 */
public final class HistogramMean implements HistogramTotal {
  private static final double NEAR_OVERFLOW = Double.MAX_VALUE / 4;

  /** What it takes without the sum. */
  private static final long OWN_BYTES = 32;

  private final HistogramSum sum;
  private double count = 1;
  private boolean incremental;

  public HistogramMean(FloatHistogram first) {
    sum = new HistogramSum(first, true);
  }

  @Override
  public boolean accepts(FloatHistogram other) {
    return sum.accepts(other);
  }

  @Override
  public boolean boundsReconciled() {
    return sum.boundsReconciled();
  }

  @Override
  public void add(FloatHistogram other) {
    if (!incremental && overflows(other)) {
      incremental = true;
      sum.divide(count);
    }
    count++;
    if (incremental) {
      sum.multiply((count - 1) / count);
      sum.add(HistogramMath.divide(other, count));
    } else {
      sum.add(other);
    }
  }

  @Override
  public long sizeInBytes() {
    return OWN_BYTES + sum.sizeInBytes();
  }

  @Override
  public FloatHistogram total() {
    if (!incremental) {
      sum.divide(count);
      incremental = true;
    }
    return sum.result(true);
  }

  private boolean overflows(FloatHistogram other) {
    double greatest = sum.greatest();
    double added = new HistogramSum(other, false).greatest();
    return greatest > NEAR_OVERFLOW || added > NEAR_OVERFLOW
        ? Double.isInfinite(greatest + added) && !Double.isInfinite(greatest)
        : false;
  }
}
