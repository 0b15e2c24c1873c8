package io.narthex.query.promql.plan;

import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.ValueType;
import java.util.ArrayList;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Marks the largest parts of an expression that have the same value at every step, so that they are
 * evaluated once; and removes parentheses around arguments.
 */
public final class StepInvariance implements Expr.Visitor<StepInvariance.Marked> {
  private static final Set<String> STEP_DEPENDENT =
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

  /**
   * An expression that has been looked at.
   *
   * @param invariant whether its value is the same at every step
   */
  record Marked(Expr expr, boolean invariant) {
    Expr wrapped() {
      boolean worthwhile =
          invariant
              && expr.type() != ValueType.MATRIX
              && expr.type() != ValueType.STRING
              && !(expr instanceof Expr.NumberLiteral)
              && !(expr instanceof Expr.StepInvariant);
      return worthwhile ? new Expr.StepInvariant(expr) : expr;
    }
  }

  private StepInvariance() {}

  /** Marks an expression. */
  public static Expr mark(Expr expr) {
    return expr.accept(new StepInvariance()).wrapped();
  }

  /** An expression without parentheses around it. */
  public static Expr unwrapped(Expr expr) {
    Expr inner = expr;
    while (inner instanceof Expr.Paren paren) {
      inner = paren.expr();
    }
    return inner;
  }

  @Override
  public Marked number(Expr.NumberLiteral node) {
    return new Marked(node, true);
  }

  @Override
  public Marked string(Expr.StringLiteral node) {
    return new Marked(node, true);
  }

  @Override
  public Marked vectorSelector(Expr.VectorSelector node) {
    return new Marked(node, isFixed(node.time()));
  }

  @Override
  public Marked matrixSelector(Expr.MatrixSelector node) {
    return new Marked(node, isFixed(node.vector().time()));
  }

  @Override
  public Marked subquery(Expr.Subquery node) {
    var inner =
        new Expr.Subquery(
            node.expr().accept(this).wrapped(),
            node.range(),
            node.step(),
            node.time(),
            node.span());
    return new Marked(inner, isFixed(node.time()));
  }

  @Override
  public Marked unary(Expr.Unary node) {
    Marked inner = node.expr().accept(this);
    return new Marked(
        new Expr.Unary(node.negative(), inner.expr(), node.span()), inner.invariant());
  }

  @Override
  public Marked binary(Expr.Binary node) {
    Marked left = node.left().accept(this);
    Marked right = node.right().accept(this);
    boolean invariant = left.invariant() && right.invariant();
    Expr marked =
        new Expr.Binary(
            node.op(),
            invariant ? left.expr() : left.wrapped(),
            invariant ? right.expr() : right.wrapped(),
            node.returnBool(),
            node.matching(),
            node.span());
    return new Marked(marked, invariant);
  }

  @Override
  public Marked aggregate(Expr.Aggregate node) {
    Marked inner = unwrapped(node.expr()).accept(this);
    @Nullable Expr parameter = node.parameter();
    @Nullable Marked marked = parameter == null ? null : unwrapped(parameter).accept(this);
    boolean invariant = inner.invariant() && (marked == null || marked.invariant());
    Expr expr =
        new Expr.Aggregate(
            node.op(),
            invariant ? inner.expr() : inner.wrapped(),
            marked == null ? null : invariant ? marked.expr() : marked.wrapped(),
            node.grouping(),
            node.without(),
            node.span());
    return new Marked(expr, invariant);
  }

  @Override
  public Marked call(Expr.Call node) {
    boolean invariant = !STEP_DEPENDENT.contains(node.function().name());
    var arguments = new ArrayList<Marked>();
    for (Expr argument : node.arguments()) {
      Marked marked = unwrapped(argument).accept(this);
      invariant &= marked.invariant();
      arguments.add(marked);
    }
    boolean whole = invariant;
    Expr expr =
        new Expr.Call(
            node.function(),
            arguments.stream().map(m -> whole ? m.expr() : m.wrapped()).toList(),
            node.span());
    return new Marked(expr, invariant);
  }

  @Override
  public Marked paren(Expr.Paren node) {
    Marked inner = node.expr().accept(this);
    return new Marked(new Expr.Paren(inner.expr(), node.span()), inner.invariant());
  }

  @Override
  public Marked stepInvariant(Expr.StepInvariant node) {
    return new Marked(node, true);
  }

  private static boolean isFixed(TimeModifier time) {
    return !(time.at() instanceof TimeModifier.At.None);
  }
}
