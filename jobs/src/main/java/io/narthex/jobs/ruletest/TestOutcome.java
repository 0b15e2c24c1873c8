package io.narthex.jobs.ruletest;

import java.time.Duration;
import java.util.List;

/**
 * How a test went.
 *
 * @param name of the test, or its number where it has none
 * @param mismatches none if it passed
 */
public record TestOutcome(String name, Duration took, List<Mismatch> mismatches) {
  public TestOutcome {
    mismatches = List.copyOf(mismatches);
  }

  public boolean passed() {
    return mismatches.isEmpty();
  }
}
