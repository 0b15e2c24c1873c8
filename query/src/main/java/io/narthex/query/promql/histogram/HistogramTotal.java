package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;

/** Many histograms becoming one. */
public sealed interface HistogramTotal permits HistogramSum, HistogramMean {

  /** Whether a histogram can be added: both have custom bounds, or neither. */
  boolean accepts(FloatHistogram other);

  /** Adds a histogram that is {@link #accepts accepted}. */
  void add(FloatHistogram other);

  /** Whether histograms with different custom bounds were combined. */
  boolean boundsReconciled();

  /** Bytes that it holds now, estimated. */
  long sizeInBytes();

  /** What they become, without empty buckets; nothing may be added any more. */
  FloatHistogram total();
}
