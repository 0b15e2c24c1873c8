package io.narthex.query.promql.exec;

import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.function.RangeKernel;
import io.narthex.query.promql.function.StepRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Functions over range vectors. */
final class RangeCalls {
  private static final Set<String> ANCHORED =
      new TreeSet<>(Set.of("changes", "delta", "increase", "rate", "resets"));
  private static final Set<String> SMOOTHED = new TreeSet<>(Set.of("delta", "increase", "rate"));

  private RangeCalls() {}

  static Operand plan(Planner planner, Expr.Call call, RangeKernel.Factory kernel) {
    String name = call.function().name();
    List<Expr> arguments = call.arguments();
    Expr range =
        arguments.stream()
            .filter(argument -> argument.type() == ValueType.MATRIX)
            .findFirst()
            .orElseThrow();
    Extension extension = extension(range, name);
    var scalars = new ArrayList<double[]>();
    for (Expr argument : arguments) {
      if (argument.type() == ValueType.SCALAR) {
        scalars.add(planner.scalar(argument));
      }
    }
    RangeSource source = planner.source(range, PageSummary.of(name));
    var context =
        new RangeKernel.Call(
            planner.evaluation().annotations(),
            arguments.stream().map(Expr::span).toList(),
            source.range(),
            extension,
            scalars);
    boolean keepsName = name.equals("last_over_time") || name.equals("first_over_time");
    boolean wantsCounter = name.equals("rate") || name.equals("increase");
    planner.evaluation().reserve(StepRanges.bytes(planner.grid().steps(), source.size()));
    Operand.Vector result =
        new RangeFunction(
            planner.evaluation(),
            planner.grid(),
            source,
            kernel,
            context,
            new RangeFunction.Traits(keepsName, wantsCounter));
    if (name.equals("absent_over_time")) {
      return new Absence(AbsentLabels.of(range), result, planner.grid().steps(), true);
    }
    return planner.named(result);
  }

  private static Extension extension(Expr range, String function) {
    if (!(range instanceof Expr.MatrixSelector selector)) {
      return Extension.NONE;
    }
    Extension extension = selector.vector().extension();
    if (extension == Extension.ANCHORED) {
      check(ANCHORED, "anchored", function);
    } else if (extension == Extension.SMOOTHED) {
      check(SMOOTHED, "smoothed", function);
    }
    return extension;
  }

  private static void check(Set<String> allowed, String modifier, String function) {
    if (!allowed.contains(function)) {
      throw Evaluation.fault(
          modifier
              + " modifier can only be used with: "
              + String.join(", ", allowed)
              + " - not with "
              + function);
    }
  }
}
