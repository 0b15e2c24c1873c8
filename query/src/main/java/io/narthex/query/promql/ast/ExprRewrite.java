package io.narthex.query.promql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes another tree of a tree, children before parents. What is not overridden becomes itself,
 * with what its children become.
 */
public abstract class ExprRewrite implements Expr.Visitor<Expr> {

  /** What a child becomes. */
  protected Expr rewrite(Expr child) {
    return child.accept(this);
  }

  /** What children become, in their order. */
  protected final List<Expr> all(List<Expr> children) {
    return children.stream().map(this::rewrite).toList();
  }

  @Override
  public Expr number(Expr.NumberLiteral node) {
    return node;
  }

  @Override
  public Expr string(Expr.StringLiteral node) {
    return node;
  }

  @Override
  public Expr.VectorSelector vectorSelector(Expr.VectorSelector node) {
    return node;
  }

  @Override
  public Expr matrixSelector(Expr.MatrixSelector node) {
    return new Expr.MatrixSelector(vectorSelector(node.vector()), node.range(), node.span());
  }

  @Override
  public Expr subquery(Expr.Subquery node) {
    return new Expr.Subquery(
        rewrite(node.expr()), node.range(), node.step(), node.time(), node.span());
  }

  @Override
  public Expr unary(Expr.Unary node) {
    return new Expr.Unary(node.negative(), rewrite(node.expr()), node.span());
  }

  @Override
  public Expr binary(Expr.Binary node) {
    return new Expr.Binary(
        node.op(),
        rewrite(node.left()),
        rewrite(node.right()),
        node.returnBool(),
        node.matching(),
        node.span());
  }

  @Override
  public Expr aggregate(Expr.Aggregate node) {
    @Nullable Expr parameter = node.parameter();
    return new Expr.Aggregate(
        node.op(),
        rewrite(node.expr()),
        parameter == null ? null : rewrite(parameter),
        node.grouping(),
        node.without(),
        node.span());
  }

  @Override
  public Expr call(Expr.Call node) {
    return new Expr.Call(node.function(), all(node.arguments()), node.span());
  }

  @Override
  public Expr paren(Expr.Paren node) {
    return new Expr.Paren(rewrite(node.expr()), node.span());
  }

  @Override
  public Expr stepInvariant(Expr.StepInvariant node) {
    return new Expr.StepInvariant(rewrite(node.expr()));
  }
}
