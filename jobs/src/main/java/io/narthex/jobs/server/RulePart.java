package io.narthex.jobs.server;

import io.narthex.jobs.rules.RuleSets;
import io.narthex.operators.rules.LiveRules;
import io.narthex.operators.rules.RuleMetrics;
import io.narthex.operators.rules.RuleServices;
import io.narthex.operators.rules.RuleSet;
import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.sinks.alertmanager.AlertmanagerSender;
import io.narthex.sinks.history.AlertJournal;
import io.narthex.sources.discovery.Discoveries;
import io.narthex.sources.discovery.DiscoveryMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rules and alerts of a server: what is in force, and who sends alerts. */
final class RulePart implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(RulePart.class);

  private final RuleSettings settings;
  private final EngineOptions engine;
  private final String externalUrl;
  private final LiveRules live;
  private final RuleServices services;
  private final AlertmanagerSender sender;
  private final AlertJournal journal;

  /**
   * Loads the rules of the configuration that a server starts with.
   *
   * @throws io.narthex.pipeline.config.ConfigurationException if a rule file cannot be used
   */
  RulePart(
      ServerSettings server,
      Configuration configuration,
      SampleStore store,
      StatusBoard status,
      PrometheusRegistry registry) {
    settings = server.rules();
    engine = server.engineOptions();
    externalUrl = server.place().externalUrl().toString();
    live = new LiveRules(load(configuration));
    services =
        new RuleServices(
            live, store, status, RuleMetrics.of(registry), settings.maxWait(), Clock.systemUTC());
    var discovery = DiscoveryMetrics.of(registry);
    journal = AlertJournal.open(server.storagePath().resolve("alerts"));
    status.history(journal);
    sender =
        new AlertmanagerSender(
            settings.sender(),
            status,
            journal,
            registry,
            config -> Discoveries.of(config, discovery));
    sender.apply(configuration.alerting(), configuration.global().externalLabels());
  }

  RuleServices services() {
    return services;
  }

  AlertHistory history() {
    return journal;
  }

  AlertmanagerSender sender() {
    return sender;
  }

  /**
   * Reads the rule files of a configuration.
   *
   * @throws io.narthex.pipeline.config.ConfigurationException if one cannot be used
   */
  RuleSet load(Configuration configuration) {
    var files = RuleSets.load(configuration, engine.parsing());
    files.warnings().forEach(logger::warn);
    return RuleSets.prepare(
        files,
        engine,
        configuration.global().externalLabels(),
        externalUrl,
        settings.resendDelay());
  }

  /** Puts a configuration and its rules into force. */
  void apply(Configuration configuration, RuleSet rules) {
    live.replace(rules);
    sender.apply(configuration.alerting(), configuration.global().externalLabels());
  }

  @Override
  public void close() {
    sender.close();
    journal.close();
  }
}
