package io.narthex.operators.rules.incremental;

import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.ValueType;
import java.util.List;
import java.util.Optional;

/**
 * Says why an expression is not kept from tick to tick as a whole: its outermost part that takes a
 * query. Empty where there is none.
 */
final class QueryReason implements Expr.Visitor<Optional<String>> {

  /** The reason in a sentence. */
  static String of(Expr expr) {
    return expr.accept(new QueryReason())
        .orElse("it takes values that are not known before it runs");
  }

  private Optional<String> first(List<Expr> parts) {
    return parts.stream().flatMap(part -> part.accept(this).stream()).findFirst();
  }

  @Override
  public Optional<String> number(Expr.NumberLiteral node) {
    return Optional.empty();
  }

  @Override
  public Optional<String> string(Expr.StringLiteral node) {
    return Optional.empty();
  }

  @Override
  public Optional<String> vectorSelector(Expr.VectorSelector node) {
    if (node.extension() != Expr.Extension.NONE) {
      return Optional.of("an extended selector looks at samples outside its range");
    }
    return node.time().at() instanceof TimeModifier.At.None
        ? Optional.empty()
        : Optional.of("a selector with @ does not move as the others do");
  }

  @Override
  public Optional<String> matrixSelector(Expr.MatrixSelector node) {
    return node.vector().accept(this);
  }

  @Override
  public Optional<String> subquery(Expr.Subquery node) {
    return Optional.of("a sub-query is evaluated at times of its own");
  }

  @Override
  public Optional<String> unary(Expr.Unary node) {
    return node.expr().accept(this);
  }

  @Override
  public Optional<String> binary(Expr.Binary node) {
    boolean vectors =
        node.left().type() == ValueType.VECTOR && node.right().type() == ValueType.VECTOR;
    if (vectors) {
      return Optional.of("%s matches the series of both its sides".formatted(node.op().text()));
    }
    return first(List.of(node.left(), node.right()));
  }

  @Override
  public Optional<String> aggregate(Expr.Aggregate node) {
    if (!AggregateNode.knows(node.op())) {
      return Optional.of("%s looks at all series of a group together".formatted(node.op().text()));
    }
    return node.expr().accept(this);
  }

  @Override
  public Optional<String> call(Expr.Call node) {
    if (!NodePlanner.knows(node)) {
      return Optional.of("%s is not kept".formatted(node.function().name()));
    }
    return first(node.arguments());
  }

  @Override
  public Optional<String> paren(Expr.Paren node) {
    return node.expr().accept(this);
  }

  @Override
  public Optional<String> stepInvariant(Expr.StepInvariant node) {
    return node.expr().accept(this);
  }
}
