package io.narthex.query.promql.exec;

import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.exec.InstantSelector.Part;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.Maths;
import io.narthex.query.promql.plan.StepInvariance;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Functions over instant vectors. */
final class VectorCalls {
  private VectorCalls() {}

  static void register(Map<String, FunctionPlanner.Plan> plans) {
    plans.put("vector", (planner, call) -> new Constant(planner.scalar(argument(call, 0))));
    plans.put("clamp", (planner, call) -> clamp(planner, call, 1, 2));
    plans.put("clamp_min", (planner, call) -> clamp(planner, call, 1, -1));
    plans.put("clamp_max", (planner, call) -> clamp(planner, call, -1, 1));
    plans.put("round", VectorCalls::round);
    plans.put("absent", VectorCalls::absent);
    plans.put("timestamp", (planner, call) -> timestamp(planner, call, Part.TIMESTAMP));
    plans.put("start_timestamp", (planner, call) -> timestamp(planner, call, Part.START_TIMESTAMP));
    plans.put("sort", (planner, call) -> sort(planner, call, false));
    plans.put("sort_desc", (planner, call) -> sort(planner, call, true));
    plans.put("sort_by_label", (planner, call) -> sortByLabels(planner, call, false));
    plans.put("sort_by_label_desc", (planner, call) -> sortByLabels(planner, call, true));
    plans.put("label_replace", VectorCalls::labelReplace);
    plans.put("label_join", VectorCalls::labelJoin);
    plans.put("info", InfoCall::plan);
  }

  static Operand maths(Planner planner, Expr.Call call, Maths.ColumnOperator operator) {
    return floats(planner, planner.vector(argument(call, 0)), operator);
  }

  static Operand date(Planner planner, Expr.Call call, Maths.ColumnOperator operator) {
    if (call.arguments().isEmpty()) {
      double[] values = ScalarCalls.time(planner.grid()).values();
      operator.apply(values, values.length);
      return new Constant(values);
    }
    return floats(planner, planner.vector(argument(call, 0)), operator);
  }

  private static Operand.Vector floats(
      Planner planner, Operand.Vector input, Maths.ColumnOperator operator) {
    return planner.named(
        new ColumnFunction(
            input,
            true,
            column -> {
              column.keepFloats();
              operator.apply(column.values(), column.steps());
            }));
  }

  private static Operand clamp(Planner planner, Expr.Call call, int minAt, int maxAt) {
    Operand.Vector input = planner.vector(argument(call, 0));
    double[] min = limit(planner, call, minAt, Double.NEGATIVE_INFINITY);
    double[] max = limit(planner, call, maxAt, Double.POSITIVE_INFINITY);
    return planner.named(
        new ColumnFunction(
            input,
            true,
            column -> {
              column.keepFloats();
              double[] values = column.values();
              for (int step = 0; step < values.length; step++) {
                if (max[step] < min[step]) {
                  column.remove(step);
                } else {
                  values[step] = Maths.clamp(values[step], min[step], max[step]);
                }
              }
            }));
  }

  private static double[] limit(Planner planner, Expr.Call call, int at, double otherwise) {
    return at < 0 ? planner.constant(otherwise).values() : planner.scalar(argument(call, at));
  }

  private static Operand round(Planner planner, Expr.Call call) {
    Operand.Vector input = planner.vector(argument(call, 0));
    double[] multiple =
        call.arguments().size() > 1
            ? planner.scalar(argument(call, 1))
            : planner.constant(1).values();
    return floats(
        planner,
        input,
        (values, size) -> {
          for (int step = 0; step < size; step++) {
            values[step] = Maths.round(values[step], multiple[step]);
          }
        });
  }

  private static Operand absent(Planner planner, Expr.Call call) {
    Expr argument = argument(call, 0);
    return new Absence(
        AbsentLabels.of(argument), planner.vector(argument), planner.grid().steps(), false);
  }

  private static Operand timestamp(Planner planner, Expr.Call call, Part part) {
    Expr argument = StepInvariance.unwrapped(argument(call, 0));
    Expr inner = argument instanceof Expr.StepInvariant invariant ? invariant.expr() : argument;
    if (inner instanceof Expr.VectorSelector selector
        && selector.extension() == Expr.Extension.NONE) {
      return planner.named(
          new InstantSelector(
              planner.evaluation(),
              planner.grid(),
              selector.matchers(),
              planner.reach(selector.time()),
              part));
    }
    Operand.Vector input = planner.vector(argument);
    if (part == Part.START_TIMESTAMP) {
      return planner.named(new ColumnFunction(input, true, Column::clear));
    }
    TimeGrid grid = planner.grid();
    return planner.named(
        new ColumnFunction(
            input,
            true,
            column -> {
              for (int step = 0; step < column.steps(); step++) {
                if (column.has(step)) {
                  column.set(step, (double) grid.at(step) / 1000);
                }
              }
            }));
  }

  private static Operand sort(Planner planner, Expr.Call call, boolean descending) {
    Operand.Vector input = planner.vector(argument(call, 0));
    if (planner.grid().isSingle()) {
      noteSort(planner, call);
      return Sorting.byValue(planner.evaluation(), input, descending);
    }
    noteSort(planner, call);
    return new ColumnFunction(input, false, Column::keepFloats);
  }

  private static Operand sortByLabels(Planner planner, Expr.Call call, boolean descending) {
    Operand.Vector input = planner.vector(argument(call, 0));
    List<String> names = texts(planner, call, 1);
    noteSort(planner, call);
    return planner.grid().isSingle()
        ? Sorting.byLabels(planner.evaluation(), input, names, descending)
        : input;
  }

  private static void noteSort(Planner planner, Expr.Call call) {
    if (planner.evaluation().queryStep() > 0) {
      planner.evaluation().annotations().warn(Notes.SORT_IN_RANGE_QUERY, call.span());
    }
  }

  private static Operand labelReplace(Planner planner, Expr.Call call) {
    Operand.Vector input = planner.vector(argument(call, 0));
    List<String> texts = texts(planner, call, 1);
    return LabelFunctions.replace(
        planner.evaluation(),
        input,
        texts.get(0),
        texts.get(1),
        texts.get(2),
        texts.get(3),
        planner.grid().steps());
  }

  private static Operand labelJoin(Planner planner, Expr.Call call) {
    Operand.Vector input = planner.vector(argument(call, 0));
    List<String> texts = texts(planner, call, 1);
    return LabelFunctions.join(
        planner.evaluation(),
        input,
        texts.get(0),
        texts.get(1),
        texts.subList(2, texts.size()),
        planner.grid().steps());
  }

  private static List<String> texts(Planner planner, Expr.Call call, int from) {
    Expr[] arguments = call.arguments().toArray(new Expr[0]);
    return Arrays.stream(arguments).skip(from).map(planner::text).toList();
  }

  static Expr argument(Expr.Call call, int index) {
    return call.arguments().get(index);
  }
}
