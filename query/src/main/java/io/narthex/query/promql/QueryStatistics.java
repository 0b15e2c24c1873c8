package io.narthex.query.promql;

import java.util.List;

/**
 * What a query cost.
 *
 * @param parseNanos time to parse and plan
 * @param queueNanos time spent waiting for others
 * @param evaluationNanos time to evaluate
 * @param totalSamples samples that windows and selectors looked at, as Prometheus counts them
 * @param samplesRead samples read from the store
 * @param peakSamples most samples held at once
 * @param peakBytes most bytes held at once, estimated
 * @param series series selected
 * @param totalPerStep {@code totalSamples} by step of the query; empty unless they were asked for
 */
public record QueryStatistics(
    long parseNanos,
    long queueNanos,
    long evaluationNanos,
    long totalSamples,
    long samplesRead,
    long peakSamples,
    long peakBytes,
    long series,
    List<Long> totalPerStep) {
  public QueryStatistics {
    totalPerStep = List.copyOf(totalPerStep);
  }

  /** Without steps. */
  public QueryStatistics(
      long parseNanos,
      long queueNanos,
      long evaluationNanos,
      long totalSamples,
      long samplesRead,
      long peakSamples,
      long peakBytes,
      long series) {
    this(
        parseNanos,
        queueNanos,
        evaluationNanos,
        totalSamples,
        samplesRead,
        peakSamples,
        peakBytes,
        series,
        List.of());
  }
}
