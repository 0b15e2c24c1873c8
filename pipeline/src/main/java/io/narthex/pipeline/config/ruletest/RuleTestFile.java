package io.narthex.pipeline.config.ruletest;

import java.time.Duration;
import java.util.List;

/**
 * A file of unit tests of rules.
 *
 * @param path as the caller named it
 * @param ruleFiles absolute paths and patterns of the rules that are tested
 * @param evaluationInterval between the ticks of all groups
 * @param groupOrder names of groups in the order of their evaluation; others come after them
 * @param fuzzyCompare whether floats may differ in their last bit
 * @param warnings what has no effect, each with its place
 */
public record RuleTestFile(
    String path,
    List<String> ruleFiles,
    Duration evaluationInterval,
    List<String> groupOrder,
    boolean fuzzyCompare,
    List<RuleTest> tests,
    List<String> warnings) {

  public RuleTestFile {
    ruleFiles = List.copyOf(ruleFiles);
    groupOrder = List.copyOf(groupOrder);
    tests = List.copyOf(tests);
    warnings = List.copyOf(warnings);
  }
}
