package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import java.util.function.UnaryOperator;

/** Copies trees with other positions. */
final class TreeCopy implements Expr.Visitor<Expr> {
  private final Places places;

  private TreeCopy(Places places) {
    this.places = places;
  }

  /** What becomes of positions and durations. */
  record Places(UnaryOperator<Span> spans, UnaryOperator<DurationValue> durations) {}

  static Expr of(Expr expr, Places places) {
    return expr.accept(new TreeCopy(places));
  }

  private Span at(Expr node) {
    return places.spans().apply(node.span());
  }

  private Expr copy(Expr expr) {
    return expr == null ? null : expr.accept(this);
  }

  @Override
  public Expr number(Expr.NumberLiteral node) {
    return new Expr.NumberLiteral(node.value(), node.duration(), at(node));
  }

  @Override
  public Expr string(Expr.StringLiteral node) {
    return new Expr.StringLiteral(node.value(), at(node));
  }

  @Override
  public Expr.VectorSelector vectorSelector(Expr.VectorSelector node) {
    return new Expr.VectorSelector(
        node.name(),
        node.matchers(),
        Placeless.time(node.time(), places),
        node.extension(),
        at(node));
  }

  @Override
  public Expr matrixSelector(Expr.MatrixSelector node) {
    return new Expr.MatrixSelector(
        vectorSelector(node.vector()), places.durations().apply(node.range()), at(node));
  }

  @Override
  public Expr subquery(Expr.Subquery node) {
    return new Expr.Subquery(
        copy(node.expr()),
        places.durations().apply(node.range()),
        node.step() == null ? null : places.durations().apply(node.step()),
        Placeless.time(node.time(), places),
        at(node));
  }

  @Override
  public Expr unary(Expr.Unary node) {
    return new Expr.Unary(node.negative(), copy(node.expr()), at(node));
  }

  @Override
  public Expr binary(Expr.Binary node) {
    return new Expr.Binary(
        node.op(),
        copy(node.left()),
        copy(node.right()),
        node.returnBool(),
        node.matching(),
        at(node));
  }

  @Override
  public Expr aggregate(Expr.Aggregate node) {
    return new Expr.Aggregate(
        node.op(),
        copy(node.expr()),
        copy(node.parameter()),
        node.grouping(),
        node.without(),
        at(node));
  }

  @Override
  public Expr call(Expr.Call node) {
    return new Expr.Call(
        node.function(), node.arguments().stream().map(this::copy).toList(), at(node));
  }

  @Override
  public Expr paren(Expr.Paren node) {
    return new Expr.Paren(copy(node.expr()), at(node));
  }

  @Override
  public Expr stepInvariant(Expr.StepInvariant node) {
    return new Expr.StepInvariant(copy(node.expr()));
  }
}
