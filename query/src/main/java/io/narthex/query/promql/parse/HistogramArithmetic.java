package io.narthex.query.promql.parse;

import io.narthex.pipeline.model.FloatHistogram;

/** How series descriptions such as {@code {{count:1}}+{{count:2}}x5} count up. */
public interface HistogramArithmetic {

  /**
   * The sum, at the first one's resolution.
   *
   * @throws IllegalArgumentException if the two cannot be added; the message says why
   */
  FloatHistogram add(FloatHistogram a, FloatHistogram b);

  /** The difference, as {@link #add}. */
  FloatHistogram subtract(FloatHistogram a, FloatHistogram b);
}
