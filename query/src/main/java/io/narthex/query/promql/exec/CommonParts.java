package io.narthex.query.promql.exec;

import io.narthex.query.promql.annotation.Annotations;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ExprWalk;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.print.ExprPrinter;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vectors that are written more than once among what is evaluated on one grid: {@code a / (a +
 * b)} has {@code a} twice. Each is planned and evaluated once. Sub-queries and parts that do not
 * depend on the step have grids, and common parts, of their own. Confined to one thread.
 */
final class CommonParts {
  /** Parts between two looks whether the query is still wanted. */
  private static final int PARTS_BETWEEN_LOOKS = 256;

  private final Annotations annotations;
  private final IdentityHashMap<Expr, Place> places;

  /** A part that is written several times. */
  private static final class Repeated {
    private final Expr first;
    private final Map<Object, Planned> planned = new HashMap<>(); // by what is asked of it
    private int places;

    Repeated(Expr first) {
      this.first = first;
      places = 1;
    }
  }

  /**
   * Where a part is written.
   *
   * @param number of places before it
   */
  private record Place(Repeated part, int number) {}

  /**
   * A part that is planned.
   *
   * @param total samples that were looked at while it was planned
   */
  private record Planned(Expr part, Operand.Vector vector, long total) {}

  private CommonParts(Annotations annotations, IdentityHashMap<Expr, Place> places) {
    this.annotations = annotations;
    this.places = places;
  }

  /**
   * The common parts of what is evaluated on one grid.
   *
   * @param checkpoint is run now and then, and may stop the work by an exception
   */
  static CommonParts of(Expr whole, Annotations annotations, Runnable checkpoint) {
    var walk = new Walk(annotations, checkpoint);
    whole.accept(walk);
    return new CommonParts(annotations, walk.places);
  }

  /** Whether a part is written at another place as well. */
  boolean has(Expr part) {
    return places.containsKey(part);
  }

  /**
   * The vector of a part that was planned before at another place; null if it was not.
   *
   * @param use what is asked of it further up, which decides on how it is planned
   */
  Operand.@Nullable Vector again(Expr part, Object use, Evaluation evaluation) {
    var place = places.get(part);
    var before = place == null ? null : place.part.planned.get(use);
    if (before == null) {
      return null;
    }
    annotations.repeat(before.part.span(), part.span());
    evaluation.countAgain(before.total);
    return before.vector;
  }

  /**
   * Has a vector kept for the places where it is written again, if there are such after it, and
   * there is room.
   *
   * @param total samples that were looked at while it was planned
   */
  Operand.Vector keep(
      Expr part, Object use, Operand.Vector vector, long total, Evaluation evaluation, int steps) {
    var place = places.get(part);
    if (place == null || place.number + 1 == place.part.places) {
      return vector;
    }
    // What is held as a whole is read as often as need be.
    boolean isHeld = vector instanceof Materialized || vector instanceof Constant;
    Operand.@Nullable Vector kept = isHeld ? vector : Kept.of(vector, evaluation, steps);
    if (kept == null) {
      return vector;
    }
    place.part.planned.putIfAbsent(use, new Planned(part, kept, total));
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

  /** The text of a part, which is not copied: parts within each other have most of it in common. */
  private static final class Text implements Comparable<Text> {
    private final Annotations query;
    private final Span span;
    private final int hash;

    Text(Annotations query, Span span) {
      this.query = query;
      this.span = span;
      hash = query.hashOf(span);
    }

    @Override
    public int compareTo(Text other) {
      return query.compare(span, other.span);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Text text && hash == text.hash && compareTo(text) == 0;
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  /** Looks for parts with the same text; not within those that are met again. */
  private static final class Walk extends ExprWalk {
    final IdentityHashMap<Expr, Place> places = new IdentityHashMap<>();
    private final Annotations annotations;
    private final Runnable checkpoint;
    private final Map<Text, Repeated> seen = new HashMap<>();
    private int parts;

    Walk(Annotations annotations, Runnable checkpoint) {
      this.annotations = annotations;
      this.checkpoint = checkpoint;
    }

    private boolean isRepeated(Expr part) {
      if (++parts % PARTS_BETWEEN_LOOKS == 0) {
        checkpoint.run();
      }
      if (!isWorthIt(part) || !annotations.isShort(part.span())) {
        return false;
      }
      var text = new Text(annotations, part.span());
      var before = seen.get(text);
      if (before == null) {
        seen.put(text, new Repeated(part));
        return false;
      }
      if (!isSame(before.first, part)) {
        return false;
      }
      places.putIfAbsent(before.first, new Place(before, 0));
      places.put(part, new Place(before, before.places++));
      return true;
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
