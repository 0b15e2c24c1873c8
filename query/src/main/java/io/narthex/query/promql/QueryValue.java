package io.narthex.query.promql;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a query gives. Timestamps are milliseconds since the epoch. */
public sealed interface QueryValue {

  /** A number at a time. */
  record Scalar(long timestamp, double value) implements QueryValue {}

  /** A text at a time. */
  record Text(long timestamp, String value) implements QueryValue {}

  /** An instant vector, in the order in which it is to be shown. */
  record Vector(List<Sample> samples) implements QueryValue {}

  /**
   * A matrix: the answer of a range query, or of an instant query for a range vector; in label
   * order.
   */
  record Matrix(List<Series> series) implements QueryValue {}

  /**
   * One element of a vector.
   *
   * @param value without meaning if there is a histogram
   */
  record Sample(Labels labels, long timestamp, double value, @Nullable FloatHistogram histogram) {}

  /**
   * One series of a matrix, by columns of equal length.
   *
   * @param histograms null if all points are floats; else the histogram of each point that is one
   */
  record Series(
      Labels labels,
      long[] timestamps,
      double[] values,
      @Nullable FloatHistogram @Nullable [] histograms) {}
}
