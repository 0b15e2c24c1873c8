package io.narthex.pipeline.status;

import java.util.List;

/**
 * A rule group as the HTTP API shows it.
 *
 * @param name unique in its file
 * @param file absolute path of the rule file
 * @param intervalSeconds from tick to tick
 * @param limit most alerts or series of a rule; 0 is no limit
 * @param rules in order of the file
 * @param lastDurationSeconds how long the newest evaluation took
 * @param lastEvaluation the tick evaluated last, milliseconds; 0 if there was none
 * @param lastSamples samples that the newest evaluation gave
 */
public record RuleGroupStatus(
    String name,
    String file,
    double intervalSeconds,
    int limit,
    List<RuleStatus> rules,
    double lastDurationSeconds,
    long lastEvaluation,
    int lastSamples) {

  public RuleGroupStatus {
    rules = List.copyOf(rules);
  }

  /** By this the group is known among all groups: {@code file;name}. */
  public String key() {
    return file + ";" + name;
  }
}
