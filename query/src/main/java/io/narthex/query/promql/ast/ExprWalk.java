package io.narthex.query.promql.ast;

/**
 * A walk over a tree, parents before children, that goes on while it is told true. What is not
 * overridden says true and goes into its children.
 */
public abstract class ExprWalk implements Expr.Visitor<Boolean> {

  /** Goes through nodes as long as each says true. */
  protected final boolean all(Iterable<? extends Expr> nodes) {
    for (Expr node : nodes) {
      if (!node.accept(this)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public Boolean number(Expr.NumberLiteral node) {
    return true;
  }

  @Override
  public Boolean string(Expr.StringLiteral node) {
    return true;
  }

  @Override
  public Boolean vectorSelector(Expr.VectorSelector node) {
    return true;
  }

  @Override
  public Boolean matrixSelector(Expr.MatrixSelector node) {
    return node.vector().accept(this);
  }

  @Override
  public Boolean subquery(Expr.Subquery node) {
    return node.expr().accept(this);
  }

  @Override
  public Boolean unary(Expr.Unary node) {
    return node.expr().accept(this);
  }

  @Override
  public Boolean binary(Expr.Binary node) {
    return node.left().accept(this) && node.right().accept(this);
  }

  @Override
  public Boolean aggregate(Expr.Aggregate node) {
    var parameter = node.parameter();
    return (parameter == null || parameter.accept(this)) && node.expr().accept(this);
  }

  @Override
  public Boolean call(Expr.Call node) {
    return all(node.arguments());
  }

  @Override
  public Boolean paren(Expr.Paren node) {
    return node.expr().accept(this);
  }

  @Override
  public Boolean stepInvariant(Expr.StepInvariant node) {
    return node.expr().accept(this);
  }
}
