package io.narthex.query.promql.cache;

import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ExprWalk;
import io.narthex.query.promql.ast.TimeModifier;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether the value of an expression at a step follows from what is stored up to that step, or a
 * known time beyond, and from nothing else: not from start and end of the query, nor from other
 * steps, nor from an order that is nowhere fixed.
 */
final class StepLocality extends ExprWalk {
  /** They know the query's range; or take other series, of which changes say nothing by time. */
  private static final Set<String> EXCLUDED = Set.of("start", "end", "range", "info");

  private long ahead;

  private StepLocality() {}

  /** How many milliseconds beyond a step its value looks; empty if there is more to it. */
  static OptionalLong of(Expr expr) {
    var locality = new StepLocality();
    return expr.accept(locality) ? OptionalLong.of(locality.ahead) : OptionalLong.empty();
  }

  @Override
  public Boolean vectorSelector(Expr.VectorSelector node) {
    return node.extension() == Expr.Extension.NONE && isRelative(node.time());
  }

  @Override
  public Boolean matrixSelector(Expr.MatrixSelector node) {
    return isLiteral(node.range()) && super.matrixSelector(node);
  }

  @Override
  public Boolean subquery(Expr.Subquery node) {
    return isLiteral(node.range())
        && isLiteral(node.step())
        && isRelative(node.time())
        && super.subquery(node);
  }

  @Override
  public Boolean aggregate(Expr.Aggregate node) {
    boolean chooses =
        switch (node.op()) {
          case TOPK, BOTTOMK, LIMITK, LIMIT_RATIO -> true;
          default -> false;
        };
    return !chooses && super.aggregate(node);
  }

  @Override
  public Boolean call(Expr.Call node) {
    return !EXCLUDED.contains(node.function().name()) && super.call(node);
  }

  private boolean isRelative(TimeModifier time) {
    if (!(time.at() instanceof TimeModifier.At.None) || !isLiteral(time.offset())) {
      return false;
    }
    if (time.offset() instanceof DurationValue.Literal offset && offset.millis() < 0) {
      ahead -= offset.millis();
    }
    return true;
  }

  private static boolean isLiteral(@Nullable DurationValue duration) {
    return duration == null || duration instanceof DurationValue.Literal;
  }
}
