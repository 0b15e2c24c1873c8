package io.narthex.pipeline.config.rules;

import java.io.Serializable;
import java.util.Map;

/**
 * Where the parts of a rule stand in its file.
 *
 * @param rule its first key
 * @param name value of {@code record} or {@code alert}
 * @param expression value of {@code expr}
 * @param labels values of the labels, by label name
 * @param annotations values of the annotations, by name; empty for a recording rule
 */
public record RulePlaces(
    Place rule,
    Place name,
    Place expression,
    Map<String, Place> labels,
    Map<String, Place> annotations)
    implements Serializable {
  /** Of a rule that does not stand in a file. */
  public static final RulePlaces NONE =
      new RulePlaces(Place.NONE, Place.NONE, Place.NONE, Map.of(), Map.of());

  public RulePlaces {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
  }
}
