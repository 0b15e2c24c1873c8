package io.narthex.jobs.ruletest;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.jobs.server.FeatureFlags;
import io.narthex.pipeline.config.ConfigurationException;
import io.narthex.pipeline.config.RuleTestLoader;
import io.narthex.pipeline.testkit.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RuleTestReferenceTest {
  /** Read from a file that cannot be used. */
  private static final List<Integer> REFUSED = List.of(-1);

  /**
   * How many mismatches each test of a file has. Whether there are any is the verdict of {@code
   * promtool test rules} 3.5.3, and of later ones for {@code start-time-test.yml}, whose {@code
   * start_timestamp} 3.5.3 does not know.
   */
  private static final Map<String, List<Integer>> VERDICTS =
      Map.ofEntries(
          Map.entry("at-modifier-test.yml", List.of(0)),
          Map.entry("bad-input-series.yml", List.of(1)),
          Map.entry("bad-promql.yml", List.of(1)),
          Map.entry("bad-rules-error-test.yml", List.of(1)),
          Map.entry("bad-rules-syntax-test.yml", REFUSED),
          Map.entry("failing.yml", List.of(2, 2)),
          Map.entry("long-period.yml", List.of(0)),
          Map.entry("negative-offset-test.yml", List.of(0)),
          Map.entry("no-test-group-interval.yml", List.of(0)),
          Map.entry("rules_run.yml", List.of(0, 1)),
          Map.entry("rules_run_extrafields.yml", REFUSED),
          Map.entry("rules_run_fuzzy.yml", List.of(0, 2)),
          Map.entry("rules_run_no_fuzzy.yml", List.of(2)),
          Map.entry("start-time-test.yml", List.of(0, 0, 0, 0)),
          Map.entry("unittest.yml", List.of(0, 0, 0, 0, 0)));

  private static List<Integer> mismatches(Path file, boolean unknownKeysAreFaults) {
    var runner = new RuleTestRunner(FeatureFlags.engineOptions(List.of()), unknownKeysAreFaults);
    try {
      return runner.run(RuleTestLoader.load(file), name -> true, (name, stored) -> {}).stream()
          .map(outcome -> outcome.mismatches().size())
          .toList();
    } catch (ConfigurationException e) {
      return REFUSED;
    }
  }

  @Test
  void run_referenceFiles_haveTheVerdictsOfPromtool() {
    var got = new TreeMap<String, List<Integer>>();
    VERDICTS
        .keySet()
        .forEach(
            name -> got.put(name, mismatches(Reference.path("promtool-testdata/" + name), true)));
    assertThat(got).isEqualTo(new TreeMap<>(VERDICTS));
  }

  @Test
  void run_rulesWithKeysOfOthers_passWhereTheseAreIgnored() {
    var file = Reference.path("promtool-testdata/rules_run_extrafields.yml");
    assertThat(mismatches(file, false)).containsExactly(0);
  }
}
