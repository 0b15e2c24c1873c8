package io.narthex.jobs.cluster;

import io.narthex.jobs.rules.RuleSets;
import io.narthex.pipeline.config.AlertingConfig;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.query.promql.exec.EngineOptions;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rules and Alertmanagers of a cluster's job, read when the job is submitted; they travel with it.
 *
 * @param sharedFolder from which windows are filled
 */
record ClusterRules(
    RuleFiles files,
    AlertingConfig alerting,
    LinkedHashMap<String, String> externalLabels,
    String sharedFolder)
    implements Serializable {

  /**
   * Reads the rule files of a configuration.
   *
   * @throws io.narthex.pipeline.config.ConfigurationException if one cannot be used
   */
  static ClusterRules of(Configuration configuration, String sharedFolder) {
    return new ClusterRules(
        RuleSets.load(configuration, EngineOptions.defaults().parsing()),
        configuration.alerting(),
        new LinkedHashMap<>(configuration.global().externalLabels()),
        sharedFolder);
  }

  Map<String, String> labels() {
    return externalLabels;
  }
}
