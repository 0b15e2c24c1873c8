package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.annotation.ForcedMonotonicity;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.ClassicHistogram;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.histogram.HistogramQuantiles;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code histogram_quantile}, {@code histogram_quantiles} and {@code histogram_fraction}. */
final class HistogramFunction implements Operand.Vector {
  private final HistogramGroups groups;
  private final Point point;

  /** A number computed of a histogram. */
  interface Point {
    double classic(String metric, int step, ClassicHistogram histogram);

    double exponential(String metric, int step, FloatHistogram histogram);
  }

  HistogramFunction(HistogramGroups groups, Point point) {
    this.groups = groups;
    this.point = point;
  }

  @Override
  public int size() {
    return groups.size();
  }

  @Override
  public Labels labels(int series) {
    return groups.labels(series);
  }

  @Override
  public boolean dropsName(int series) {
    return true;
  }

  @Override
  public void evaluate(int series, Column out) {
    groups.visit(
        series,
        new HistogramGroups.Visitor() {
          private final String metric = groups.metricName(groups.labels(series));

          @Override
          public void classic(int group, int step, ClassicHistogram histogram) {
            out.set(step, point.classic(metric, step, histogram));
          }

          @Override
          public void exponential(int group, int step, FloatHistogram histogram) {
            out.set(step, point.exponential(metric, step, histogram));
          }
        });
  }

  /**
   * Quantiles.
   *
   * @param span place of notes on histograms
   */
  record Quantile(Annotations annotations, TimeGrid grid, double[] quantiles, Span span)
      implements Point {

    @Override
    public double classic(String metric, int step, ClassicHistogram histogram) {
      double result = histogram.quantile(quantiles[step]);
      if (histogram.forced()) {
        long time = grid.at(step);
        annotations.forcedMonotonicity(
            Notes.forcedMonotonicity(metric),
            span,
            new ForcedMonotonicity(
                time,
                time,
                histogram.minForced(),
                histogram.maxForced(),
                histogram.maxDifference(),
                1));
      }
      return result;
    }

    @Override
    public double exponential(String metric, int step, FloatHistogram histogram) {
      double quantile = quantiles[step];
      double result = HistogramQuantiles.quantile(quantile, histogram);
      if (Double.isNaN(histogram.sum()) && quantile >= 0 && quantile <= 1) {
        boolean unknown = Double.isNaN(result);
        annotations.info(
            unknown ? Notes.quantileOfNan(metric) : Notes.quantileSkewed(metric), span);
      }
      return result;
    }
  }

  /** Fractions. */
  record Fraction(Annotations annotations, double[] lower, double[] upper, Span span)
      implements Point {
    @Override
    public double classic(String metric, int step, ClassicHistogram histogram) {
      return histogram.fraction(lower[step], upper[step]);
    }

    @Override
    public double exponential(String metric, int step, FloatHistogram histogram) {
      if (Double.isNaN(histogram.sum())) {
        annotations.info(Notes.fractionWithNan(metric), span);
      }
      return HistogramQuantiles.fraction(lower[step], upper[step], histogram);
    }
  }

  /** Several quantiles at once, told apart by a label. */
  static Operand.Vector several(
      Evaluation evaluation, HistogramGroups groups, String label, List<Quantile> quantiles) {
    Map<Labels, Column> columns = new LinkedHashMap<>();
    int steps = quantiles.get(0).grid.steps();
    for (int group = 0; group < groups.size(); group++) {
      Labels labels = groups.labels(group);
      String metric = groups.metricName(labels);
      groups.visit(
          group,
          new HistogramGroups.Visitor() {
            @Override
            public void classic(int index, int step, ClassicHistogram histogram) {
              for (Quantile quantile : quantiles) {
                put(quantile, step, quantile.classic(metric, step, histogram));
              }
            }

            @Override
            public void exponential(int index, int step, FloatHistogram histogram) {
              for (Quantile quantile : quantiles) {
                put(quantile, step, quantile.exponential(metric, step, histogram));
              }
            }

            private void put(Quantile quantile, int step, double value) {
              String text = OpenMetricsNumber.text(quantile.quantiles[step]);
              Column column =
                  columns.computeIfAbsent(
                      labels.toBuilder().set(label, text).build(),
                      key -> {
                        evaluation.reserveColumns(evaluation.site(), 1, steps);
                        return new Column(steps);
                      });
              if (column.has(step)) {
                throw Evaluation.sameLabels();
              }
              column.set(step, value);
            }
          });
    }
    var all = new Materialized(evaluation);
    columns.forEach((labels, column) -> all.add(labels, true, column));
    return all;
  }
}
