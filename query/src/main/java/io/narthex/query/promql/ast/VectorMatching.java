package io.narthex.query.promql.ast;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the elements of two vectors find each other.
 *
 * @param cardinality which side may have several elements for one of the other
 * @param labels of {@code on} or {@code ignoring}
 * @param on whether the labels are those that must agree (else: those that do not matter)
 * @param include labels taken over from the one side by {@code group_left} or {@code group_right}
 * @param fillLeft value of missing left elements; null: none
 * @param fillRight value of missing right elements; null: none
 */
public record VectorMatching(
    Cardinality cardinality,
    List<String> labels,
    boolean on,
    List<String> include,
    @Nullable Double fillLeft,
    @Nullable Double fillRight) {

  public VectorMatching {
    labels = List.copyOf(labels);
    include = List.copyOf(include);
  }

  /** Which side may repeat. */
  public enum Cardinality {
    ONE_TO_ONE("one-to-one"),
    MANY_TO_ONE("many-to-one"),
    ONE_TO_MANY("one-to-many"),
    MANY_TO_MANY("many-to-many");

    private final String text;

    Cardinality(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }
}
