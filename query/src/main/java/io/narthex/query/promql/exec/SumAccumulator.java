package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.Kahan;
import io.narthex.query.promql.histogram.HistogramSum;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** {@code sum}: compensated sums. */
final class SumAccumulator implements Accumulator {
  private final double[][] sums;
  private final double[][] lost;
  private final long[][] seen;
  private final HistogramCells histograms;
  private final int steps;

  SumAccumulator(Evaluation evaluation, Span span, int groups, int steps) {
    this.steps = steps;
    sums = new double[groups][];
    lost = new double[groups][];
    seen = new long[groups][];
    histograms =
        new HistogramCells(first -> new HistogramSum(first, true), evaluation, span, groups, steps);
  }

  @Override
  public void add(int group, Column series, Operand.Vector input, int place) {
    if (sums[group] == null) {
      sums[group] = new double[steps];
      // The neutral element of addition: 0 would turn a sum of −0 into 0.
      Arrays.fill(sums[group], -0.0);
      lost[group] = new double[steps];
      seen[group] = new long[series.present().length];
    }
    long[] present = series.present();
    boolean mixed = series.hasHistograms();
    for (int word = 0; word < present.length; word++) {
      long bits = present[word];
      int from = word << 6;
      if (bits == -1L && !mixed) {
        seen[group][word] = -1L;
        addAll(series.values(), sums[group], lost[group], from, from + 64);
        continue;
      }
      for (; bits != 0; bits &= bits - 1) {
        int step = from + Long.numberOfTrailingZeros(bits);
        @Nullable FloatHistogram histogram = series.histogram(step);
        if (histogram != null) {
          histograms.add(group, step, histogram, input.labels(place).metricName());
        } else {
          seen[group][word] |= 1L << step;
          addAll(series.values(), sums[group], lost[group], step, step + 1);
        }
      }
    }
  }

  private static void addAll(double[] values, double[] sum, double[] lost, int from, int to) {
    for (int i = from; i < to; i++) {
      double value = values[i];
      double before = sum[i];
      double total = before + value;
      lost[i] = Kahan.lostOf(total, value, before, lost[i]);
      sum[i] = total;
    }
  }

  /** The sum; where it is not finite, nothing is known of what was lost. */
  private double total(int group, int step) {
    double sum = sums[group][step];
    double rest = lost[group][step];
    return Double.isFinite(rest) ? sum + rest : sum;
  }

  @Override
  public void finish(int group, Column out) {
    if (sums[group] == null) {
      return;
    }
    if (!histograms.hasGroup(group)) {
      double[] values = out.values();
      for (int step = 0; step < steps; step++) {
        values[step] = total(group, step);
      }
      System.arraycopy(seen[group], 0, out.present(), 0, seen[group].length);
      return;
    }
    for (int step = 0; step < steps; step++) {
      boolean floats = (seen[group][step >>> 6] & (1L << step)) != 0;
      if (!histograms.has(group, step)) {
        if (floats) {
          out.set(step, total(group, step));
        }
      } else if (floats) {
        histograms.noteMix();
      } else {
        @Nullable FloatHistogram total = histograms.total(group, step);
        if (total != null) {
          out.set(step, total);
        }
      }
    }
  }
}
