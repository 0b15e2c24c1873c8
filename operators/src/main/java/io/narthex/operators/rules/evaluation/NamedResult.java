package io.narthex.operators.rules.evaluation;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The output labels of a recording rule's elements, in their order, or why there are none.
 *
 * @param distinct the same as a set
 */
record NamedResult(List<Labels> series, Set<Labels> distinct, @Nullable String error) {

  /**
   * Names a result.
   *
   * @param limit most elements; 0 for any number
   */
  static NamedResult of(RuleProgress progress, List<QueryValue.Sample> result, int limit) {
    var series = new ArrayList<Labels>(result.size());
    var distinct = new LinkedHashSet<Labels>();
    for (var sample : result) {
      var built = progress.outputOf(sample.labels());
      series.add(built);
      if (!distinct.add(built)) {
        return new NamedResult(
            series,
            distinct,
            "vector contains metrics with the same labelset after applying rule labels");
      }
    }
    return new NamedResult(
        series,
        distinct,
        limit > 0 && result.size() > limit
            ? "exceeded limit of %d with %d series".formatted(limit, result.size())
            : null);
  }
}
