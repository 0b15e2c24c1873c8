package io.narthex.query.promql.script;

import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ExprRewrite;
import io.narthex.query.promql.ast.TimeModifier;
import java.util.ArrayList;
import java.util.Set;

/** Fixes the time of all selectors and sub-queries of a query that have none. */
final class FixedTime extends ExprRewrite {
  private static final Set<String> TIME_DEPENDENT =
      Set.of(
          "days_in_month",
          "day_of_month",
          "day_of_week",
          "day_of_year",
          "end",
          "hour",
          "minute",
          "month",
          "year",
          "predict_linear",
          "range",
          "start",
          "step",
          "time",
          "timestamp");

  private final long time;
  private boolean timeDependent;

  private FixedTime(long time) {
    this.time = time;
  }

  /** The changed query; null if it calls a function that depends on the time. */
  static Expr fix(Expr expr, long time) {
    var fixed = new FixedTime(time);
    Expr result = expr.accept(fixed);
    return fixed.timeDependent ? null : result;
  }

  private TimeModifier at(TimeModifier modifier) {
    return modifier.at() instanceof TimeModifier.At.None
        ? new TimeModifier(modifier.offset(), new TimeModifier.At.Timestamp(time))
        : modifier;
  }

  @Override
  public Expr.VectorSelector vectorSelector(Expr.VectorSelector node) {
    return new Expr.VectorSelector(
        node.name(), node.matchers(), at(node.time()), node.extension(), node.span());
  }

  @Override
  public Expr subquery(Expr.Subquery node) {
    node.expr().accept(this);
    return new Expr.Subquery(node.expr(), node.range(), node.step(), at(node.time()), node.span());
  }

  @Override
  public Expr call(Expr.Call node) {
    timeDependent |= TIME_DEPENDENT.contains(node.function().name());
    boolean info = node.function().name().equals("info");
    var arguments = new ArrayList<Expr>();
    for (Expr argument : node.arguments()) {
      boolean selector = info && !arguments.isEmpty();
      arguments.add(selector ? argument : argument.accept(this));
    }
    return new Expr.Call(node.function(), arguments, node.span());
  }

  @Override
  public Expr stepInvariant(Expr.StepInvariant node) {
    return node;
  }
}
