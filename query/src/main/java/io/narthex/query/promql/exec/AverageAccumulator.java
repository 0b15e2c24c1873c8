package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.Kahan;
import io.narthex.query.promql.histogram.HistogramMean;
import org.jspecify.annotations.Nullable;

/**
 * {@code avg}: the compensated sum divided by the count, or, once the sum would overflow, a mean
 * that is kept up incrementally.
 */
final class AverageAccumulator implements Accumulator {
  private final double[][] sums;
  private final double[][] lost;
  private final int[][] counts;

  /** By group: where the sum has become an incremental mean. */
  private final boolean[][] incremental;

  private final HistogramCells histograms;
  private final int steps;

  AverageAccumulator(Evaluation evaluation, Span span, int groups, int steps) {
    this.steps = steps;
    sums = new double[groups][];
    lost = new double[groups][];
    counts = new int[groups][];
    incremental = new boolean[groups][];
    histograms = new HistogramCells(HistogramMean::new, evaluation, span, groups, steps);
  }

  @Override
  public void add(int group, Column series, Operand.Vector input, int place) {
    if (sums[group] == null) {
      sums[group] = new double[steps];
      lost[group] = new double[steps];
      counts[group] = new int[steps];
      incremental[group] = new boolean[steps];
    }
    long[] present = series.present();
    for (int word = 0; word < present.length; word++) {
      for (long bits = present[word]; bits != 0; bits &= bits - 1) {
        int step = (word << 6) + Long.numberOfTrailingZeros(bits);
        @Nullable FloatHistogram histogram = series.histogram(step);
        if (histogram != null) {
          histograms.add(group, step, histogram, input.labels(place).metricName());
        } else {
          add(group, step, series.values()[step]);
        }
      }
    }
  }

  private void add(int group, int step, double value) {
    double[] sum = sums[group];
    double[] rest = lost[group];
    int count = ++counts[group][step];
    if (count == 1) {
      sum[step] = value;
      return;
    }
    if (!incremental[group][step]) {
      double total = sum[step] + value;
      if (!Double.isInfinite(total)) {
        rest[step] = Kahan.lost(value, sum[step], rest[step]);
        sum[step] = total;
        return;
      }
      incremental[group][step] = true;
      sum[step] /= count - 1;
      rest[step] /= count - 1;
    }
    double share = (double) (count - 1) / count;
    double part = value / count;
    double kept = share * sum[step];
    rest[step] = Kahan.lost(part, kept, share * rest[step]);
    sum[step] = kept + part;
  }

  @Override
  public void finish(int group, Column out) {
    if (sums[group] == null) {
      return;
    }
    for (int step = 0; step < steps; step++) {
      int count = counts[group][step];
      if (histograms.has(group, step)) {
        histogram(group, step, count, out);
      } else if (count > 0) {
        double sum = sums[group][step];
        double rest = lost[group][step];
        out.set(step, incremental[group][step] ? sum + rest : sum / count + rest / count);
      }
    }
  }

  private void histogram(int group, int step, int floats, Column out) {
    if (floats > 0) {
      histograms.noteMix();
      return;
    }
    @Nullable FloatHistogram total = histograms.total(group, step);
    if (total != null) {
      out.set(step, total);
    }
  }
}
