package io.narthex.query.promql.exec;

import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ExprWalk;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.print.ExprPrinter;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The vectors that are written more than once among what is evaluated on one grid: {@code a / (a +
 * b)} has {@code a} twice. Each is planned and evaluated once. Sub-queries and parts that do not
 * depend on the step have grids, and common parts, of their own. Confined to one thread.
 */
final class CommonParts {
  private final Annotations annotations;
  private final Set<String> repeated;
  private final Map<Key, Planned> planned = new HashMap<>();

  /**
   * What is planned by itself.
   *
   * @param use what is asked of it further up, which decides on how it is planned
   */
  private record Key(String text, Object use) {}

  /**
   * A part that is planned.
   *
   * @param total samples that were looked at while it was planned
   */
  private record Planned(Expr part, Kept vector, long total) {}

  private CommonParts(Annotations annotations, Set<String> repeated) {
    this.annotations = annotations;
    this.repeated = repeated;
  }

  /** The common parts of what is evaluated on one grid. */
  static CommonParts of(Expr whole, Annotations annotations) {
    var walk = new Walk(annotations);
    whole.accept(walk);
    return new CommonParts(annotations, walk.repeated);
  }

  /** Whether a part may be written at another place as well. */
  boolean has(Expr part) {
    return !repeated.isEmpty()
        && isWorthIt(part)
        && repeated.contains(annotations.textOf(part.span()));
  }

  /** The vector of a part that was planned before at another place; null if it was not. */
  Operand.@Nullable Vector again(Expr part, Object use, Evaluation evaluation) {
    var before = planned.get(new Key(annotations.textOf(part.span()), use));
    if (before == null || !isSame(before.part, part)) {
      return null;
    }
    annotations.repeat(before.part.span(), part.span());
    evaluation.countAgain(before.total);
    return before.vector;
  }

  /**
   * Has a vector kept for the places where it is written again, if there is room.
   *
   * @param total samples that were looked at while it was planned
   */
  Operand.Vector keep(
      Expr part, Object use, Operand.Vector vector, long total, Evaluation evaluation, int steps) {
    Kept kept = Kept.of(vector, evaluation, steps);
    if (kept == null) {
      return vector;
    }
    planned.putIfAbsent(
        new Key(annotations.textOf(part.span()), use), new Planned(part, kept, total));
    return kept;
  }

  /** Constants and the like are cheap, and what stands in brackets is a part by itself. */
  private static boolean isWorthIt(Expr part) {
    return part.type() == ValueType.VECTOR
        && !(part instanceof Expr.Paren)
        && !(part instanceof Expr.StepInvariant);
  }

  private static boolean isSame(Expr one, Expr other) {
    return one.getClass() == other.getClass()
        && ExprPrinter.print(one).equals(ExprPrinter.print(other));
  }

  /** Looks for parts with the same text; not within those that are met again. */
  private static final class Walk extends ExprWalk {
    final Set<String> repeated = new HashSet<>();
    private final Annotations annotations;
    private final Map<String, Expr> seen = new HashMap<>();

    Walk(Annotations annotations) {
      this.annotations = annotations;
    }

    private boolean isRepeated(Expr part) {
      String text = isWorthIt(part) ? annotations.textOf(part.span()) : "";
      Expr before = text.isEmpty() ? null : seen.putIfAbsent(text, part);
      boolean is = before != null && isSame(before, part);
      if (is) {
        repeated.add(text);
      }
      return is;
    }

    @Override
    public Boolean vectorSelector(Expr.VectorSelector node) {
      return isRepeated(node) || super.vectorSelector(node);
    }

    @Override
    public Boolean matrixSelector(Expr.MatrixSelector node) {
      return true;
    }

    @Override
    public Boolean subquery(Expr.Subquery node) {
      return true;
    }

    @Override
    public Boolean stepInvariant(Expr.StepInvariant node) {
      return true;
    }

    @Override
    public Boolean unary(Expr.Unary node) {
      return isRepeated(node) || super.unary(node);
    }

    @Override
    public Boolean binary(Expr.Binary node) {
      return isRepeated(node) || super.binary(node);
    }

    @Override
    public Boolean aggregate(Expr.Aggregate node) {
      return isRepeated(node) || super.aggregate(node);
    }

    @Override
    public Boolean call(Expr.Call node) {
      return isRepeated(node) || super.call(node);
    }
  }
}
