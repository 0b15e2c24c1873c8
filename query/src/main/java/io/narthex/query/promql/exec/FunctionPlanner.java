package io.narthex.query.promql.exec;

import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.function.Maths;
import io.narthex.query.promql.function.RangeFunctions;
import io.narthex.query.promql.function.RangeKernel;
import java.util.HashMap;
import java.util.Map;

/** Finds the plan of each function by its name, once for each call in a query. */
final class FunctionPlanner {
  /** Plans a call. */
  @FunctionalInterface
  interface Plan {
    Operand of(Planner planner, Expr.Call call);
  }

  private static final Map<String, Plan> PLANS = new HashMap<>();

  static {
    ScalarCalls.register(PLANS);
    VectorCalls.register(PLANS);
    HistogramCalls.register(PLANS);
  }

  private FunctionPlanner() {}

  static Operand plan(Planner planner, Expr.Call call) {
    String name = call.function().name();
    RangeKernel.Factory kernel = RangeFunctions.find(name);
    if (kernel != null) {
      return RangeCalls.plan(planner, call, kernel);
    }
    Maths.ColumnOperator maths = Maths.function(name);
    if (maths != null) {
      return VectorCalls.maths(planner, call, maths);
    }
    Maths.ColumnOperator date = Maths.date(name);
    if (date != null) {
      return VectorCalls.date(planner, call, date);
    }
    Plan plan = PLANS.get(name);
    if (plan == null) {
      throw Evaluation.fault("unknown function " + name);
    }
    return plan.of(planner, call);
  }
}
