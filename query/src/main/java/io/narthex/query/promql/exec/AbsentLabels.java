package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.Expr;
import java.util.HashSet;
import java.util.List;

/** The labels by which the absence of a selector's series is known. */
final class AbsentLabels {
  private AbsentLabels() {}

  /** Labels that a selector asks to be equal to something, each by one matcher only. */
  static Labels of(Expr expr) {
    if (expr instanceof Expr.VectorSelector selector) {
      return of(selector.matchers());
    }
    if (expr instanceof Expr.MatrixSelector selector) {
      return of(selector.vector().matchers());
    }
    return Labels.EMPTY;
  }

  private static Labels of(List<Matcher> matchers) {
    var labels = Labels.builder();
    var seen = new HashSet<String>();
    for (Matcher matcher : matchers) {
      String name = matcher.name();
      if (name.equals(Labels.METRIC_NAME)) {
        continue;
      }
      if (matcher.type() == Matcher.Type.EQUAL && seen.add(name)) {
        labels.set(name, matcher.value());
      } else {
        labels.remove(name);
      }
    }
    return labels.build();
  }
}
