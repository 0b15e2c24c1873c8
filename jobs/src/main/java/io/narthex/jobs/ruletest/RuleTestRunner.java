package io.narthex.jobs.ruletest;

import io.narthex.operators.alert.AlertRule;
import io.narthex.operators.rules.plan.RuleFileChecks;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.rules.plan.TickSchedule;
import io.narthex.operators.template.AlertTemplates;
import io.narthex.pipeline.config.RuleFileLoader;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.config.ruletest.RuleTest;
import io.narthex.pipeline.config.ruletest.RuleTestFile;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.exec.EngineOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Runs the tests of files, one after the other. */
public final class RuleTestRunner {
  private final EngineOptions engine;
  private final RuleFileLoader loader;

  /**
   * A runner.
   *
   * @param engine what expressions may use
   * @param unknownKeysAreFaults whether rule files must not have keys of others
   */
  public RuleTestRunner(EngineOptions engine, boolean unknownKeysAreFaults) {
    this.engine = engine;
    var strict = RuleFileLoader.of(new RuleFileChecks(engine.parsing()), true);
    loader = unknownKeysAreFaults ? strict : strict.ignoringUnknownKeys();
  }

  /**
   * Runs the tests of a file.
   *
   * @param chosen by the test's name, which may be empty
   * @param trace told the name of each test and, line by line, what it stored
   * @throws io.narthex.pipeline.config.ConfigurationException if a rule file has faults
   */
  public List<TestOutcome> run(
      RuleTestFile file, Predicate<String> chosen, BiConsumer<String, List<String>> trace) {
    List<RuleGroup> groups =
        loader
            .load(file.ruleFiles())
            .groups()
            .map(group -> group.withDefaults(file.evaluationInterval(), Duration.ZERO))
            .toList();
    var outcomes = new ArrayList<TestOutcome>();
    for (int i = 0; i < file.tests().size(); i++) {
      RuleTest test = file.tests().get(i);
      if (!chosen.test(test.name())) {
        continue;
      }
      String name = test.name().isEmpty() ? "unnamed#" + i : test.name();
      long begin = System.nanoTime();
      var run = new TestRun(test, file, rules(test, file, groups), options(file));
      List<Mismatch> mismatches = run.run();
      outcomes.add(new TestOutcome(name, Duration.ofNanos(System.nanoTime() - begin), mismatches));
      trace.accept(name, run.stored());
    }
    return outcomes;
  }

  private EngineOptions options(RuleTestFile file) {
    return engine.withSubqueryStep(file.evaluationInterval());
  }

  private RuleSet rules(RuleTest test, RuleTestFile file, List<RuleGroup> groups) {
    var surroundings =
        new AlertRule.Surroundings(
            Labels.of(test.externalLabels()),
            test.externalUrl(),
            file.evaluationInterval(),
            AlertTemplates.compiler());
    var ticks = TickSchedule.at(test.start(), file.evaluationInterval());
    return RuleSet.inStep(groups, ticks, file.groupOrder(), options(file), surroundings);
  }
}
