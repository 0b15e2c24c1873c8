package io.narthex.query.promql.parse;

import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Expr.Extension;
import io.narthex.query.promql.ast.Expr.MatrixSelector;
import io.narthex.query.promql.ast.Expr.Subquery;
import io.narthex.query.promql.ast.Expr.VectorSelector;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.TimeModifier.At;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Puts {@code offset}, {@code @}, {@code anchored} and {@code smoothed} on selectors. */
final class SelectorModifiers {
  private static final String NO_RANGE = "ranges only allowed for vector selectors";
  private static final String WRONG_PLACE =
      " modifier must be preceded by an instant vector selector or range vector selector or a"
          + " subquery";

  private final ParseProblems problems;
  private final ParseOptions options;

  SelectorModifiers(ParseProblems problems, ParseOptions options) {
    this.problems = problems;
    this.options = options;
  }

  Typed offset(Typed target, DurationValue offset, int end) {
    TimeModifier time = timeOf(target, "offset");
    if (time == null) {
      return target;
    }
    if (time.offset() != null) {
      problems.syntax(target.span(), "offset may not be set multiple times");
    }
    boolean zero = offset instanceof DurationValue.Literal literal && literal.millis() == 0;
    return withTime(target, new TimeModifier(zero ? null : offset, time.at()), end);
  }

  Typed at(Typed target, At at, int end) {
    TimeModifier time = timeOf(target, "@");
    if (time == null) {
      return target;
    }
    if (!(time.at() instanceof At.None)) {
      problems.syntax(target.span(), "@ <timestamp> may not be set multiple times");
      return target;
    }
    return withTime(target, new TimeModifier(time.offset(), at), end);
  }

  /** The point in time of {@code @ seconds}. */
  At timestamp(Typed target, double seconds) {
    boolean finite = !Double.isNaN(seconds) && !Double.isInfinite(seconds);
    if (!finite || seconds >= 0x1p63 || seconds <= -0x1p63) {
      problems.syntax(
          target.span(), "timestamp out of bounds for @ modifier: " + GoText.fixed(seconds));
      return new At.Timestamp(0);
    }
    return new At.Timestamp(Numbers.roundHalfAway(seconds * 1000));
  }

  Typed extension(Typed target, Extension extension) {
    String word = extension.name().toLowerCase(Locale.ROOT);
    if (!options.extendedRangeSelectors()) {
      problems.syntax(target.span(), word + " modifier is experimental and not enabled");
      return target;
    }
    Expr expr = target.expr();
    if (expr instanceof VectorSelector vector) {
      return target.with(extended(vector, extension, target.span()));
    }
    if (expr instanceof MatrixSelector matrix) {
      return target.with(
          new MatrixSelector(
              extended(matrix.vector(), extension, target.span()), matrix.range(), matrix.span()));
    }
    problems.syntax(
        target.span(),
        expr instanceof Subquery
            ? word + " modifier is not supported for subqueries"
            : word + " modifier not implemented");
    return target;
  }

  private VectorSelector extended(VectorSelector vector, Extension extension, Span place) {
    if (vector.extension() != Extension.NONE && vector.extension() != extension) {
      problems.syntax(place, "anchored and smoothed modifiers cannot be used together");
    }
    return new VectorSelector(
        vector.name(), vector.matchers(), vector.time(), extension, vector.span());
  }

  private @Nullable TimeModifier timeOf(Typed target, String modifier) {
    Expr expr = target.expr();
    if (target.faulty()) {
      problems.syntax(target.span(), NO_RANGE);
      return null;
    }
    if (expr instanceof VectorSelector vector) {
      return vector.time();
    }
    if (expr instanceof MatrixSelector matrix) {
      return matrix.vector().time();
    }
    if (expr instanceof Subquery subquery) {
      return subquery.time();
    }
    problems.syntax(target.span(), modifier + WRONG_PLACE);
    return null;
  }

  private static Typed withTime(Typed target, TimeModifier time, int end) {
    Span span = new Span(target.span().start(), end);
    Expr expr = target.expr();
    if (expr instanceof VectorSelector vector) {
      return target.with(timed(vector, time, span));
    }
    if (expr instanceof MatrixSelector matrix) {
      VectorSelector vector = timed(matrix.vector(), time, matrix.vector().span());
      return target.with(new MatrixSelector(vector, matrix.range(), span));
    }
    if (expr instanceof Subquery s) {
      return target.with(new Subquery(s.expr(), s.range(), s.step(), time, span));
    }
    return target;
  }

  private static VectorSelector timed(VectorSelector vector, TimeModifier time, Span span) {
    return new VectorSelector(vector.name(), vector.matchers(), time, vector.extension(), span);
  }
}
