package io.narthex.operators.rules.state;

import io.narthex.pipeline.model.Labels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The state of a group.
 *
 * @param ruleKeys by which its rules are known, in their order
 * @param rules the states of these rules
 * @param orphans series to be ended at the next tick
 * @param history former ticks in order
 */
public record SavedGroup(
    String name,
    long nextTick,
    long nextSampleTime,
    List<String> ruleKeys,
    List<RuleState> rules,
    Set<Labels> orphans,
    List<SavedTick> history) {

  /**
   * The state as far as it is of a time or before it; alerts stay, and nothing of them is later.
   *
   * @param time milliseconds
   */
  public SavedGroup notAfter(long time) {
    return new SavedGroup(
        name,
        nextTick,
        nextSampleTime,
        ruleKeys,
        rules.stream()
            .map(rule -> new RuleState(rule.alerts().notAfter(time), rule.outputs()))
            .toList(),
        orphans,
        history.stream().filter(past -> past.tick() <= time).toList());
  }

  /** The places of the rules by their keys. */
  public Map<String, Integer> places() {
    var places = new HashMap<String, Integer>();
    for (int rule = 0; rule < ruleKeys.size(); rule++) {
      places.put(ruleKeys.get(rule), rule);
    }
    return places;
  }
}
