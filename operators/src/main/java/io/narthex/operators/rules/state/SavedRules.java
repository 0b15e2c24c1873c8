package io.narthex.operators.rules.state;

import java.util.Map;

/**
 * The state of all rules.
 *
 * @param groups by their keys
 * @param seen which samples the history was computed from
 */
public record SavedRules(Map<String, SavedGroup> groups, SeenSamples seen) {
  /** Where nothing was evaluated. */
  public static final SavedRules NONE = new SavedRules(Map.of(), SeenSamples.NONE);
}
