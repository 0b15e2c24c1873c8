package io.narthex.query.promql.parse;

import io.narthex.pipeline.model.FloatHistogram;

/** One item of a series description. */
public sealed interface SeriesValue {

  /** Time goes on without a sample. */
  record Omitted() implements SeriesValue {}

  /** A float; a stale marker keeps its bits. */
  record FloatValue(double value) implements SeriesValue {}

  /**
   * A native histogram.
   *
   * @param hintGiven whether the counter reset hint was written, so that a test compares it
   */
  record Histogram(FloatHistogram histogram, boolean hintGiven) implements SeriesValue {}
}
