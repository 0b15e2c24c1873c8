package io.narthex.jobs.cluster;

import io.narthex.jobs.rules.RecordedStarts;
import io.narthex.jobs.rules.RuleSets;
import io.narthex.operators.rules.LiveRules;
import io.narthex.operators.rules.ReadableStore;
import io.narthex.operators.rules.RuleMetrics;
import io.narthex.operators.rules.RuleServices;
import io.narthex.operators.rules.evaluation.RuleOptions;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.sinks.shared.SharedStoreReader;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rules in one task manager. Those in force are the newest of the job's own and of the shared
 * folder's, which is looked at each second. Where rules are evaluated, the shared folder is read as
 * well, and told how rules stand.
 */
final class ClusterRuleServices {
  private static final Logger logger = LoggerFactory.getLogger(ClusterRuleServices.class);
  private static final Duration RESEND_DELAY = Duration.ofMinutes(1);

  /** How long rules wait for samples that are still on their way. */
  private static final Duration MAX_WAIT = Duration.ofSeconds(10);

  private final ClusterRules rules;
  private final Path sharedFolder;
  private final StatusBoard board;
  private final ScheduledExecutorService timer;
  private final SharedStoreReader store;
  private final SharedStatus status;
  private final LiveRules live;
  private final RuleServices services;
  private final RuleWatch watch; // guarded by this
  private long toldNumber; // guarded by this
  private boolean failing; // guarded by this
  private boolean evaluating; // guarded by this

  ClusterRuleServices(
      ClusterRules rules,
      StatusBoard board,
      PrometheusRegistry registry,
      ScheduledExecutorService timer) {
    this.rules = rules;
    this.board = board;
    this.timer = timer;
    sharedFolder = Path.of(rules.sharedFolder());
    store = new SharedStoreReader(sharedFolder);
    status = new SharedStatus(sharedFolder);
    watch = new RuleWatch(sharedFolder, rules.first().number());
    live = new LiveRules(prepared(rules.first()));
    services =
        new RuleServices(
            live,
            RuleOptions.DEFAULTS,
            new ReadableStore(store, true, this::refresh),
            new RecordedStarts(sharedFolder.resolve("rules").resolve("starts")),
            board,
            RuleMetrics.of(registry),
            MAX_WAIT,
            Clock.systemUTC());
    timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  /**
   * What operators need; the rules in force are the newest there are.
   *
   * @throws UncheckedIOException if it cannot be known which these are: with older ones the
   *     operators would give up the state of alerts that only newer rules have
   */
  RuleServices services() {
    try {
      adopt();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the rules in force in " + sharedFolder, e);
    }
    return services;
  }

  private RuleSet prepared(RuleDocument document) {
    return RuleSets.prepare(
        document.files(),
        EngineOptions.defaults(),
        rules.labels(),
        rules.externalUrl(),
        RESEND_DELAY);
  }

  /** Looks after the rules in force, again and again. */
  private synchronized void look() {
    try {
      adopt();
      if (watch.number() != toldNumber) {
        RuleDocument.tellNumber(sharedFolder, watch.number());
        toldNumber = watch.number();
      }
      failing = false;
    } catch (IOException | RuntimeException e) {
      if (!failing) {
        logger.error("newer rules in {} cannot come into force for now", sharedFolder, e);
      }
      failing = true;
    }
  }

  /** Puts newer rules of the shared folder into force. */
  private synchronized void adopt() throws IOException {
    var found = watch.newer();
    if (found == null) {
      return;
    }
    var since = Instant.ofEpochMilli(found.number());
    try {
      live.replace(prepared(found));
      logger.info("rules of {} come into force", since);
    } catch (RuntimeException e) {
      logger.error("rules of {} cannot be used; those before stay in force", since, e);
    }
  }

  /** Shows what is in the shared folder; once asked for by an evaluation, it goes on to do so. */
  private void refresh() {
    try {
      store.refresh();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the shared folder " + sharedFolder, e);
    }
    synchronized (this) {
      if (!evaluating) {
        evaluating = true;
        timer.scheduleWithFixedDelay(this::exchange, 1, 1, TimeUnit.SECONDS);
      }
    }
  }

  private void exchange() {
    try {
      store.refresh();
    } catch (IOException | RuntimeException e) {
      logger.error("the shared folder {} cannot be read", sharedFolder, e);
    }
    status.publish(board);
  }
}
