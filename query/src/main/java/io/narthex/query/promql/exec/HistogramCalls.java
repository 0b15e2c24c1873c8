package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.histogram.HistogramQuantiles;
import java.util.ArrayList;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Functions of histograms. */
final class HistogramCalls {
  private HistogramCalls() {}

  static void register(Map<String, FunctionPlanner.Plan> plans) {
    plans.put(
        "histogram_count",
        (planner, call) -> each(planner.forStatistics(), call, FloatHistogram::count));
    plans.put(
        "histogram_sum",
        (planner, call) -> each(planner.forStatistics(), call, FloatHistogram::sum));
    plans.put(
        "histogram_avg",
        (planner, call) -> each(planner.forStatistics(), call, h -> h.sum() / h.count()));
    plans.put(
        "histogram_stdvar", (planner, call) -> each(planner, call, HistogramQuantiles::variance));
    plans.put(
        "histogram_stddev",
        (planner, call) -> each(planner, call, h -> Math.sqrt(HistogramQuantiles.variance(h))));
    plans.put("histogram_quantile", HistogramCalls::quantile);
    plans.put("histogram_quantiles", HistogramCalls::quantiles);
    plans.put("histogram_fraction", HistogramCalls::fraction);
  }

  /** A number of each native histogram; floats are left out. */
  private static Operand each(
      Planner planner, Expr.Call call, ToDoubleFunction<FloatHistogram> function) {
    Operand.Vector input = planner.vector(call.arguments().get(0));
    return planner.named(new ColumnFunction(input, true, column -> each(column, function)));
  }

  private static void each(Column column, ToDoubleFunction<FloatHistogram> function) {
    for (int step = 0; step < column.steps(); step++) {
      if (!column.has(step)) {
        continue;
      }
      @Nullable FloatHistogram histogram = column.histogram(step);
      if (histogram == null) {
        column.remove(step);
      } else {
        column.set(step, function.applyAsDouble(histogram));
      }
    }
  }

  private static Operand quantile(Planner planner, Expr.Call call) {
    double[] quantiles = planner.scalar(call.arguments().get(0));
    Annotations annotations = planner.evaluation().annotations();
    Span first = call.arguments().get(0).span();
    Span second = call.arguments().get(1).span();
    check(annotations, quantiles, first);
    HistogramGroups groups = groups(planner, call.arguments().get(1));
    var point = new HistogramFunction.Quantile(annotations, planner.grid(), quantiles, second);
    return planner.named(new HistogramFunction(groups, point));
  }

  private static Operand quantiles(Planner planner, Expr.Call call) {
    Evaluation evaluation = planner.evaluation();
    Annotations annotations = evaluation.annotations();
    Span first = call.arguments().get(0).span();
    String label = planner.text(call.arguments().get(1));
    var points = new ArrayList<HistogramFunction.Quantile>();
    for (Expr argument : call.arguments().subList(2, call.arguments().size())) {
      double[] quantiles = planner.scalar(argument);
      check(annotations, quantiles, argument.span());
      points.add(new HistogramFunction.Quantile(annotations, planner.grid(), quantiles, first));
    }
    HistogramGroups groups = groups(planner, call.arguments().get(0));
    return planner.named(HistogramFunction.several(evaluation, groups, label, points));
  }

  private static Operand fraction(Planner planner, Expr.Call call) {
    double[] lower = planner.scalar(call.arguments().get(0));
    double[] upper = planner.scalar(call.arguments().get(1));
    Annotations annotations = planner.evaluation().annotations();
    Span first = call.arguments().get(2).span();
    HistogramGroups groups = groups(planner, call.arguments().get(2));
    return planner.named(
        new HistogramFunction(
            groups, new HistogramFunction.Fraction(annotations, lower, upper, first)));
  }

  private static HistogramGroups groups(Planner planner, Expr argument) {
    return new HistogramGroups(
        planner.evaluation(),
        planner.forWhole().vector(argument),
        argument.span(),
        planner.grid().steps());
  }

  private static void check(Annotations annotations, double[] quantiles, Span span) {
    for (double quantile : quantiles) {
      if (Double.isNaN(quantile) || quantile < 0 || quantile > 1) {
        annotations.warn(Notes.invalidQuantile(quantile), span);
      }
    }
  }
}
