package io.narthex.pipeline.config;

import io.narthex.pipeline.model.RelabelRule;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;

/**
 * {@code alerting}: where alerts go.
 *
 * @param relabelRules change every alert
 */
public record AlertingConfig(List<RelabelRule> relabelRules, List<Alertmanagers> alertmanagers)
    implements Serializable {

  public AlertingConfig {
    relabelRules = List.copyOf(relabelRules);
    alertmanagers = List.copyOf(alertmanagers);
  }

  /**
   * One entry of {@code alertmanagers}.
   *
   * @param pathPrefix stands before the path of the API; may be empty
   * @param relabelRules choose and change the targets that discovery found
   * @param alertRelabelRules change the alerts for these targets
   */
  public record Alertmanagers(
      String scheme,
      String pathPrefix,
      Duration timeout,
      HttpClientConfig client,
      List<DiscoveryConfig> discovery,
      List<RelabelRule> relabelRules,
      List<RelabelRule> alertRelabelRules)
      implements Serializable {

    public Alertmanagers {
      discovery = List.copyOf(discovery);
      relabelRules = List.copyOf(relabelRules);
      alertRelabelRules = List.copyOf(alertRelabelRules);
    }
  }
}
