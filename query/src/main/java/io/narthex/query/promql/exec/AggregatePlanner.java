package io.narthex.query.promql.exec;

import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.print.ExprPrinter;

/** Plans aggregations. */
final class AggregatePlanner {
  /** Bytes of an accumulator for each group and step, less those of a held sample. */
  private static final long STATE_BYTES = 12;

  private final Planner planner;
  private final Evaluation evaluation;
  private final Annotations annotations;
  private final int steps;

  AggregatePlanner(Planner planner) {
    this.planner = planner;
    evaluation = planner.evaluation();
    annotations = evaluation.annotations();
    steps = planner.grid().steps();
  }

  Operand.Vector plan(Expr.Aggregate node) {
    if (node.op() == AggregateOp.COUNT_VALUES) {
      return countValues(node);
    }
    double[] parameter =
        node.op().parameter() == AggregateOp.Parameter.SCALAR
            ? planner.scalar(parameter(node))
            : new double[0];
    Operand.Vector input = planner.vector(node.expr());
    return switch (node.op()) {
      case TOPK, BOTTOMK, LIMITK ->
          Selection.check(parameter)
              ? new Selection(
                      evaluation, node.op(), input, grouping(node, input), parameter, node.span())
                  .result()
              : new Materialized(evaluation);
      case LIMIT_RATIO ->
          RatioLimit.check(parameter, annotations, parameter(node).span())
              ? RatioLimit.of(input, parameter)
              : new Materialized(evaluation);
      default -> {
        Grouping grouping = grouping(node, input);
        yield new Aggregation(
            evaluation, input, grouping, accumulator(node, parameter, grouping), steps);
      }
    };
  }

  private Accumulator accumulator(Expr.Aggregate node, double[] parameter, Grouping grouping) {
    int groups = grouping.size();
    Span span = node.expr().span();
    // Beside what counts as held samples: compensation, counts, marks; quantiles keep lists.
    evaluation.reserve(STATE_BYTES * groups * steps);
    return switch (node.op()) {
      case SUM -> new SumAccumulator(evaluation, span, groups, steps);
      case AVG -> new AverageAccumulator(evaluation, span, groups, steps);
      case MIN, MAX -> new ExtremeAccumulator(node.op(), annotations, span, groups, steps);
      case COUNT, GROUP -> new CountAccumulator(node.op() == AggregateOp.GROUP, groups, steps);
      case STDDEV, STDVAR -> new VarianceAccumulator(node.op(), annotations, span, groups, steps);
      case QUANTILE -> {
        checkQuantiles(parameter, parameter(node).span());
        yield new QuantileAccumulator(evaluation, annotations, span, groups, parameter);
      }
      default -> throw new IllegalStateException("not an accumulating operator: " + node.op());
    };
  }

  private void checkQuantiles(double[] quantiles, Span span) {
    double min = 0;
    double max = 1;
    for (double quantile : quantiles) {
      if (Double.isNaN(quantile)) {
        annotations.warn(Notes.invalidQuantile(quantile), span);
      } else {
        min = Math.min(min, quantile);
        max = Math.max(max, quantile);
      }
    }
    if (max > 1) {
      annotations.warn(Notes.invalidQuantile(max), span);
    }
    if (min < 0) {
      annotations.warn(Notes.invalidQuantile(min), span);
    }
  }

  private Operand.Vector countValues(Expr.Aggregate node) {
    String label = planner.text(parameter(node));
    if (!LabelFunctions.valid(label)) {
      throw Evaluation.fault("invalid label name " + ExprPrinter.print(parameter(node)));
    }
    Operand.Vector input = planner.vector(node.expr());
    return new CountValues(evaluation, label, node.grouping(), node.without(), steps).of(input);
  }

  private Grouping grouping(Expr.Aggregate node, Operand.Vector input) {
    return Grouping.of(evaluation, input, node.grouping(), node.without());
  }

  private static Expr parameter(Expr.Aggregate node) {
    Expr parameter = node.parameter();
    if (parameter == null) {
      throw new IllegalStateException("no parameter: " + node.op());
    }
    return parameter;
  }
}
