package io.narthex.jobs.rules;

import io.narthex.operators.alert.AlertRule;
import io.narthex.operators.rules.plan.RuleFileChecks;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.template.AlertTemplates;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.config.RuleFileLoader;
import io.narthex.pipeline.config.rules.RuleChecks;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.parse.ParseOptions;
import java.time.Duration;
import java.util.Map;

/** Reads rule files and prepares what they say. */
public final class RuleSets {
  private RuleSets() {}

  /** What PromQL and templates have to say of the texts in rule files. */
  public static RuleChecks checks(ParseOptions parsing) {
    return new RuleFileChecks(parsing);
  }

  /**
   * Reads the rule files of a configuration.
   *
   * @throws io.narthex.pipeline.config.ConfigurationException if one cannot be used; it names file,
   *     line and column
   */
  public static RuleFiles load(Configuration configuration, ParseOptions parsing) {
    return RuleFileLoader.of(checks(parsing), configuration.global().utf8Names())
        .load(configuration);
  }

  /**
   * Prepares rules.
   *
   * @param files read by {@link #load}
   * @param externalUrl of this server, as templates and links have it
   */
  public static RuleSet prepare(
      RuleFiles files,
      EngineOptions engine,
      Map<String, String> externalLabels,
      String externalUrl,
      Duration resendDelay) {
    String url =
        externalUrl.endsWith("/")
            ? externalUrl.substring(0, externalUrl.length() - 1)
            : externalUrl;
    var surroundings =
        new AlertRule.Surroundings(
            Labels.of(externalLabels), url, resendDelay, AlertTemplates.compiler());
    return RuleSet.of(files.groups().toList(), engine, surroundings);
  }
}
