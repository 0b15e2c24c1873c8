package io.narthex.query.promql.ast;

import io.narthex.pipeline.model.Matcher;
import java.util.ArrayList;
import java.util.List;

/** Finds the selectors in a tree. */
public final class Selectors implements Expr.Visitor<List<Expr.VectorSelector>> {
  private final List<Expr.VectorSelector> found = new ArrayList<>();

  private Selectors() {}

  /** All instant selectors, those of ranges included, from left to right. */
  public static List<Expr.VectorSelector> of(Expr expr) {
    return List.copyOf(expr.accept(new Selectors()));
  }

  /** The matchers of all selectors, from left to right. */
  public static List<List<Matcher>> matchersOf(Expr expr) {
    return of(expr).stream().map(Expr.VectorSelector::matchers).toList();
  }

  @Override
  public List<Expr.VectorSelector> number(Expr.NumberLiteral node) {
    return found;
  }

  @Override
  public List<Expr.VectorSelector> string(Expr.StringLiteral node) {
    return found;
  }

  @Override
  public List<Expr.VectorSelector> vectorSelector(Expr.VectorSelector node) {
    found.add(node);
    return found;
  }

  @Override
  public List<Expr.VectorSelector> matrixSelector(Expr.MatrixSelector node) {
    return vectorSelector(node.vector());
  }

  @Override
  public List<Expr.VectorSelector> subquery(Expr.Subquery node) {
    return node.expr().accept(this);
  }

  @Override
  public List<Expr.VectorSelector> unary(Expr.Unary node) {
    return node.expr().accept(this);
  }

  @Override
  public List<Expr.VectorSelector> binary(Expr.Binary node) {
    node.left().accept(this);
    return node.right().accept(this);
  }

  @Override
  public List<Expr.VectorSelector> aggregate(Expr.Aggregate node) {
    Expr parameter = node.parameter();
    if (parameter != null) {
      parameter.accept(this);
    }
    return node.expr().accept(this);
  }

  @Override
  public List<Expr.VectorSelector> call(Expr.Call node) {
    node.arguments().forEach(argument -> argument.accept(this));
    return found;
  }

  @Override
  public List<Expr.VectorSelector> paren(Expr.Paren node) {
    return node.expr().accept(this);
  }

  @Override
  public List<Expr.VectorSelector> stepInvariant(Expr.StepInvariant node) {
    return node.expr().accept(this);
  }
}
