package io.narthex.pipeline.model;

import java.io.Serializable;
import java.util.List;

/**
 * One step of relabelling as data; {@code io.narthex.pipeline.relabel} compiles and applies it.
 *
 * @param sourceLabels names whose values are joined by the separator into the input
 * @param separator between the values
 * @param regex RE2 syntax, matched against the whole input, with dot matching newlines
 * @param modulus of {@link Action#HASHMOD}; 0 elsewhere
 * @param targetLabel the label written; may hold {@code $1} where the action allows it
 * @param replacement template of the value
 * @param action what is done
 */
public record RelabelRule(
    List<String> sourceLabels,
    String separator,
    String regex,
    long modulus,
    String targetLabel,
    String replacement,
    Action action)
    implements Serializable {

  /** Default of {@link #regex}: everything, captured as {@code $1}. */
  public static final String DEFAULT_REGEX = "(.*)";

  public static final String DEFAULT_SEPARATOR = ";";
  public static final String DEFAULT_REPLACEMENT = "$1";

  public RelabelRule {
    sourceLabels = List.copyOf(sourceLabels);
  }

  /** What a rule does with a label set. */
  public enum Action {
    REPLACE,
    LOWERCASE,
    UPPERCASE,
    KEEP,
    DROP,
    KEEPEQUAL,
    DROPEQUAL,
    HASHMOD,
    LABELMAP,
    LABELDROP,
    LABELKEEP
  }
}
