package io.narthex.query.promql.exec;

import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.function.Column;
import java.util.Arrays;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/** Functions that give scalars. */
final class ScalarCalls {
  private ScalarCalls() {}

  static void register(Map<String, FunctionPlanner.Plan> plans) {
    plans.put("time", (planner, call) -> time(planner.grid()));
    plans.put("pi", (planner, call) -> planner.constant(Math.PI));
    plans.put("scalar", ScalarCalls::scalar);
    plans.put("min_of", (planner, call) -> both(planner, call, Math::min));
    plans.put("max_of", (planner, call) -> both(planner, call, Math::max));
    plans.put(
        "start",
        (planner, call) -> planner.constant((double) planner.evaluation().queryStart() / 1000));
    plans.put(
        "end",
        (planner, call) -> planner.constant((double) planner.evaluation().queryEnd() / 1000));
    plans.put(
        "step",
        (planner, call) -> planner.constant((double) planner.evaluation().queryStep() / 1000));
    plans.put("range", (planner, call) -> planner.constant(range(planner.evaluation())));
  }

  private static double range(Evaluation evaluation) {
    return (double) (evaluation.queryEnd() - evaluation.queryStart()) / 1000;
  }

  /** Seconds since the epoch by step. */
  static Operand.Scalar time(TimeGrid grid) {
    double[] values = new double[grid.steps()];
    for (int step = 0; step < values.length; step++) {
      values[step] = (double) grid.at(step) / 1000;
    }
    return new Operand.Scalar(values);
  }

  private static Operand both(Planner planner, Expr.Call call, DoubleBinaryOperator operator) {
    double[] left = planner.scalar(call.arguments().get(0));
    double[] right = planner.scalar(call.arguments().get(1));
    double[] values = new double[left.length];
    for (int step = 0; step < values.length; step++) {
      values[step] = operator.applyAsDouble(left[step], right[step]);
    }
    return new Operand.Scalar(values);
  }

  /** The value of the only float of a vector; NaN if there is none or are several. */
  private static Operand scalar(Planner planner, Expr.Call call) {
    Operand.Vector input = planner.vector(call.arguments().get(0));
    int steps = planner.grid().steps();
    double[] values = new double[steps];
    Arrays.fill(values, Double.NaN);
    boolean[] found = new boolean[steps];
    var column = new Column(steps);
    for (int series = 0; series < input.size(); series++) {
      column.clear();
      input.evaluate(series, column);
      for (int step = 0; step < steps; step++) {
        if (column.hasFloat(step)) {
          values[step] = found[step] ? Double.NaN : column.values()[step];
          found[step] = true;
        }
      }
    }
    return new Operand.Scalar(values);
  }
}
