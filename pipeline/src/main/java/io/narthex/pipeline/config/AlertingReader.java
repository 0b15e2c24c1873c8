package io.narthex.pipeline.config;

import io.narthex.pipeline.config.AlertingConfig.Alertmanagers;
import io.narthex.pipeline.model.RelabelRule;
import java.time.Duration;
import java.util.List;

/** Reads {@code alerting}. */
final class AlertingReader {
  private AlertingReader() {}

  static AlertingConfig read(Section s, boolean utf8Names) {
    List<RelabelRule> rules =
        RelabelReader.read(
            s, "alert_relabel_configs", "empty or null alert relabeling rule", utf8Names);
    List<Alertmanagers> alertmanagers =
        s.each(
            "alertmanagers",
            "empty or null Alertmanager config section",
            entry -> alertmanagers(entry, utf8Names));
    return new AlertingConfig(rules, alertmanagers);
  }

  private static Alertmanagers alertmanagers(Section s, boolean utf8Names) {
    HttpClientConfig client = HttpClientReader.read(s);
    CloudIdentity.read(s, "sigv4");
    String scheme = s.text("scheme", "http");
    String prefix = s.text("path_prefix", "");
    Duration timeout = s.duration("timeout", Duration.ofSeconds(10));
    s.oneOf(
        "api_version",
        "v2",
        List.of("v2"),
        word -> "expected Alertmanager api version to be one of [v2] but got " + word);
    boolean relabels = !s.items("relabel_configs").isEmpty();
    List<DiscoveryConfig> discovery = DiscoveryReader.read(s, !relabels);
    List<RelabelRule> rules =
        RelabelReader.read(
            s, "relabel_configs", "empty or null Alertmanager target relabeling rule", utf8Names);
    List<RelabelRule> alertRules =
        RelabelReader.read(
            s,
            "alert_relabel_configs",
            "empty or null Alertmanager alert relabeling rule",
            utf8Names);
    return new Alertmanagers(scheme, prefix, timeout, client, discovery, rules, alertRules);
  }
}
