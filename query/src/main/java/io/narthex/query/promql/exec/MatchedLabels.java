package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.VectorMatching;
import io.narthex.query.promql.ast.VectorMatching.Cardinality;
import java.util.HashSet;
import java.util.Set;

/** The labels of the result of a binary operator between two elements. */
final class MatchedLabels {
  private final Evaluation evaluation;
  private final VectorMatching matching;
  private final Set<String> names;
  private final boolean changesSchema;

  MatchedLabels(Evaluation evaluation, VectorMatching matching, boolean changesSchema) {
    this.evaluation = evaluation;
    this.matching = matching;
    this.changesSchema = changesSchema;
    names = new HashSet<>(matching.labels());
  }

  boolean includes() {
    return !matching.include().isEmpty();
  }

  /**
   * @param many labels of the element on the side that may repeat
   * @param one labels of the other element
   */
  Labels of(Labels many, Labels one) {
    Labels labels = changesSchema ? evaluation.withoutName(many) : many;
    if (matching.cardinality() == Cardinality.ONE_TO_ONE) {
      labels = matching.on() ? labels.filter(names::contains) : labels.without(names::contains);
    }
    if (matching.include().isEmpty()) {
      return labels;
    }
    var builder = labels.toBuilder();
    for (String name : matching.include()) {
      builder.set(name, one.get(name));
    }
    return builder.build();
  }
}
