package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.parse.HistogramArithmetic;

/** How histograms in series descriptions count up. */
public final class SeriesArithmetic implements HistogramArithmetic {

  @Override
  public FloatHistogram add(FloatHistogram a, FloatHistogram b) {
    HistogramSum sum = begin(a, b);
    sum.add(b);
    return sum.result(false);
  }

  @Override
  public FloatHistogram subtract(FloatHistogram a, FloatHistogram b) {
    HistogramSum sum = begin(a, b);
    sum.subtract(b);
    return sum.result(false);
  }

  private static HistogramSum begin(FloatHistogram a, FloatHistogram b) {
    var sum = new HistogramSum(a, false);
    if (!sum.accepts(b)) {
      throw new IllegalArgumentException(
          "cannot combine histograms with exponential and with custom buckets");
    }
    return sum;
  }
}
