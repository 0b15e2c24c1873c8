package io.narthex.jobs.server;

import io.narthex.jobs.rules.KnownRules;
import io.narthex.jobs.rules.RecordedStarts;
import io.narthex.jobs.rules.RuleHistory;
import io.narthex.jobs.rules.RuleSets;
import io.narthex.operators.rules.LiveRules;
import io.narthex.operators.rules.ReadableStore;
import io.narthex.operators.rules.RuleMetrics;
import io.narthex.operators.rules.RuleServices;
import io.narthex.operators.rules.evaluation.GroupReport;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.config.Configuration;
import io.narthex.pipeline.config.rules.RuleFiles;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.sinks.alertmanager.AlertmanagerSender;
import io.narthex.sinks.history.AlertJournal;
import io.narthex.sinks.store.BlockStore;
import io.narthex.sources.discovery.Discoveries;
import io.narthex.sources.discovery.DiscoveryMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rules and alerts of a server: what is in force, and who sends alerts. */
final class RulePart implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(RulePart.class);

  private final ServerSettings server;
  private final RuleSettings settings;
  private final StatusBoard status;
  private final LiveRules live;
  private final RuleServices services;
  private final AlertmanagerSender sender;
  private final AlertJournal journal;
  private final @Nullable RuleHistory<BlockStore> past;

  /**
   * Begins with the rules of the configuration that a server starts with.
   *
   * @param loaded the rules of that configuration, see {@link #load(ServerSettings, Configuration)}
   */
  RulePart(
      ServerSettings server,
      Configuration configuration,
      Loaded loaded,
      BlockStore store,
      StatusBoard status,
      PrometheusRegistry registry) {
    this.server = server;
    settings = server.rules();
    live = new LiveRules(loaded.rules());
    this.status = status;
    announce(loaded);
    services =
        new RuleServices(
            live,
            settings.evaluation(),
            ReadableStore.atOnce(store),
            new RecordedStarts(server.storagePath().resolve("rules").resolve("starts")),
            status,
            RuleMetrics.of(registry),
            settings.maxWait(),
            Clock.systemUTC());
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
    past =
        settings.backfill().isZero()
            ? null
            : new RuleHistory<>(
                settings.backfill(),
                store,
                status,
                new KnownRules(server.storagePath().resolve("rules").resolve("backfilled")));
    fillHistory(configuration, loaded.files());
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
  static Loaded load(ServerSettings server, Configuration configuration) {
    var files = RuleSets.load(configuration, server.engineOptions().parsing());
    files.warnings().forEach(logger::warn);
    return new Loaded(files, prepare(server, files, configuration));
  }

  /** Rules of a configuration, as read and ready to be evaluated. */
  record Loaded(RuleFiles files, RuleSet rules) {}

  private static RuleSet prepare(
      ServerSettings server, RuleFiles files, Configuration configuration) {
    return RuleSets.prepare(
        files,
        server.engineOptions().withSubqueryStep(configuration.global().evaluationInterval()),
        configuration.global().externalLabels(),
        server.place().externalUrl().toString(),
        server.rules().resendDelay());
  }

  /** Puts a configuration and its rules into force. */
  void apply(Configuration configuration, Loaded loaded) {
    announce(loaded);
    live.replace(loaded.rules());
    fillHistory(configuration, loaded.files());
    sender.apply(configuration.alerting(), configuration.global().externalLabels());
  }

  /** Lists the groups at once: until their windows are filled nobody evaluates them. */
  private void announce(Loaded loaded) {
    status.rules(GroupReport.configured(loaded.rules(), status.rules()));
  }

  private void fillHistory(Configuration configuration, RuleFiles inForce) {
    if (past != null) {
      past.rules(inForce, files -> prepare(server, files, configuration));
    }
  }

  @Override
  public void close() {
    if (past != null) {
      past.close();
    }
    sender.close();
    journal.close();
  }
}
