package io.narthex.jobs.cluster;

import io.narthex.pipeline.config.AlertingConfig;
import io.narthex.pipeline.config.Configuration;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rules and Alertmanagers of a cluster's job, read when the job is submitted; they travel with it.
 *
 * @param first in force until newer ones are in the shared folder
 * @param externalUrl where users reach a query server, for the links of alerts; may be empty
 * @param sharedFolder from which windows are filled
 */
record ClusterRules(
    RuleDocument first,
    AlertingConfig alerting,
    LinkedHashMap<String, String> externalLabels,
    String externalUrl,
    String sharedFolder)
    implements Serializable {

  /**
   * Reads the rule files of a configuration.
   *
   * @throws io.narthex.pipeline.config.ConfigurationException if one cannot be used
   */
  static ClusterRules of(Configuration configuration, String externalUrl, String sharedFolder) {
    return new ClusterRules(
        RuleDocument.of(configuration),
        configuration.alerting(),
        new LinkedHashMap<>(configuration.global().externalLabels()),
        externalUrl,
        sharedFolder);
  }

  Map<String, String> labels() {
    return externalLabels;
  }
}
