package io.narthex.operators.rules.plan;

import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ExprWalk;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.plan.Durations;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far back an instant query looks, selector by selector. Never too short; a little longer where
 * exactness would not pay.
 *
 * @param millis for each selector's matchers, how long before the query's time it may read
 * @param overTime the matchers of selectors that are read over a time: ranges, and whatever
 *     sub-queries evaluate
 * @param elsewhere whether it reads what no window that moves with the query holds: a selector or
 *     sub-query at a time of its own ({@code @ 1234}), or series that it looks for while it runs
 *     ({@code info})
 */
public record WindowReach(
    Map<List<Matcher>, Long> millis, Set<List<Matcher>> overTime, boolean elsewhere) {
  private static final String INFO = "info";

  /** Functions of histograms for which it is found out where resets are. */
  private static final Set<String> RESOLVES_RESETS =
      Set.of(
          "histogram_avg",
          "histogram_count",
          "histogram_stddev",
          "histogram_stdvar",
          "histogram_sum");

  /**
   * The reach of an expression.
   *
   * @param lookback of instant selectors, milliseconds
   */
  static WindowReach of(Expr expr, long lookback) {
    var walk = new Walk(lookback);
    expr.accept(walk);
    return new WindowReach(walk.found, walk.overTime, walk.elsewhere);
  }

  private static final class Walk extends ExprWalk {
    final Map<List<Matcher>, Long> found = new LinkedHashMap<>();
    final Set<List<Matcher>> overTime = new HashSet<>();
    boolean elsewhere;
    private boolean hints;
    private final Durations durations = new Durations(0, 0); // those of an instant query
    private final long lookback;
    private long outer;

    Walk(long lookback) {
      this.lookback = lookback;
    }

    private void add(List<Matcher> matchers, long reach) {
      found.merge(matchers, reach, Math::max);
    }

    private long offset(TimeModifier time) {
      elsewhere |= time.at() instanceof TimeModifier.At.Timestamp;
      @Nullable DurationValue offset = time.offset();
      return offset == null ? 0 : Math.max(0, durations.millis(offset));
    }

    @Override
    public Boolean vectorSelector(Expr.VectorSelector node) {
      // Extended selectors look another look back further.
      long extended = node.extension() == Expr.Extension.NONE ? 0 : lookback;
      add(node.matchers(), outer + offset(node.time()) + lookback + extended);
      if (outer > 0) {
        overTime.add(node.matchers());
      }
      return true;
    }

    @Override
    public Boolean matrixSelector(Expr.MatrixSelector node) {
      var vector = node.vector();
      long range = durations.positive(node.range());
      if (hints || vector.extension() != Expr.Extension.NONE) {
        // The sample before the range may decide whether a histogram is a reset.
        range += 2 * lookback;
      }
      add(vector.matchers(), outer + offset(vector.time()) + range);
      overTime.add(vector.matchers());
      return true;
    }

    @Override
    public Boolean subquery(Expr.Subquery node) {
      long before = outer;
      outer += offset(node.time()) + durations.positive(node.range());
      super.subquery(node);
      outer = before;
      return true;
    }

    @Override
    public Boolean call(Expr.Call node) {
      if (node.function().name().equals(INFO)) {
        elsewhere = true; // it looks for series by the labels that it finds
      }
      boolean before = hints;
      hints |= RESOLVES_RESETS.contains(node.function().name());
      super.call(node);
      hints = before;
      return true;
    }
  }
}
