package io.narthex.jobs.cluster;

import io.narthex.operators.rules.RuleServices;
import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.http.HttpServers;
import io.narthex.pipeline.model.KnownSeries;
import io.narthex.pipeline.status.InMemoryStatusBoard;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.storage.SampleAppender;
import io.narthex.sinks.alertmanager.AlertmanagerSender;
import io.narthex.sinks.alertmanager.SenderOptions;
import io.narthex.sinks.compact.CompactionOptions;
import io.narthex.sinks.history.AlertJournal;
import io.narthex.sinks.shared.SharedStoreAppender;
import io.narthex.sources.discovery.Discoveries;
import io.narthex.sources.discovery.DiscoveryMetrics;
import io.narthex.sources.receive.AckRegistry;
import io.narthex.sources.receive.PushClock;
import io.narthex.sources.receive.RemoteWriteReceiver;
import io.narthex.sources.receive.WriteChannel;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the operators of a cluster's job share inside one task manager: one of each kind for each
 * class loader of the job, made when it is first asked for. It lives as long as the task manager
 * keeps the job's classes.
 */
final class TaskManagerServices {
  private static final Logger logger = LoggerFactory.getLogger(TaskManagerServices.class);
  private static final long MAX_PENDING_BYTES = 256L << 20;
  private static final Duration MAX_PUSH_LAG = Duration.ofSeconds(30);

  /** Samples that a sink keeps until the next checkpoint; more make a segment earlier. */
  private static final long MAX_BUFFERED_SAMPLES = 2_000_000;

  private static final long MERGE_MINUTES = 5;
  private static final long MERGE_AFTER_MILLIS = 600_000;

  private static final ScheduledExecutorService MERGING = timer("segment-merging");

  /** Looks at the shared folder; apart from merging, which takes its time. */
  private static final ScheduledExecutorService WATCHING = timer("shared-folder");

  /** A write waits for the next checkpoint. */
  private static final RemoteWriteReceiver.Limits RECEIVER =
      new RemoteWriteReceiver.Limits(
          32 << 20, 32 << 20, Duration.ofSeconds(60), Duration.ofSeconds(5));

  private static final StatusBoard STATUS = new InMemoryStatusBoard();
  private static final PrometheusRegistry REGISTRY = new PrometheusRegistry();
  private static final AckRegistry ACKS = new AckRegistry();
  private static final Map<String, WriteChannel> CHANNELS = new ConcurrentHashMap<>();

  private static final Map<ClusterRules, AlertmanagerSender> SENDERS = new ConcurrentHashMap<>();
  private static final Map<ClusterRules, ClusterRuleServices> RULES = new ConcurrentHashMap<>();
  private static final Map<String, AlertHistory> JOURNALS = new ConcurrentHashMap<>();

  private TaskManagerServices() {}

  private static ScheduledExecutorService timer(String name) {
    return Executors.newSingleThreadScheduledExecutor(
        task -> {
          var thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }

  /** What the operators of rules need. */
  static RuleServices rules(ClusterRules rules) {
    return RULES
        .computeIfAbsent(rules, added -> new ClusterRuleServices(added, STATUS, REGISTRY, WATCHING))
        .services();
  }

  /** Where in a shared folder the audit trail of alerts is. */
  static Path alerts(Path sharedFolder) {
    return sharedFolder.resolve("alerts");
  }

  /** The audit trail of alerts in a shared folder. */
  static AlertHistory alertHistory(String sharedFolder) {
    return JOURNALS.computeIfAbsent(
        sharedFolder, folder -> AlertJournal.open(alerts(Path.of(folder))));
  }

  /** Who sends the alerts of a job. */
  static AlertmanagerSender sender(ClusterRules rules) {
    return SENDERS.computeIfAbsent(
        rules,
        added -> {
          var metrics = DiscoveryMetrics.of(REGISTRY);
          var sender =
              new AlertmanagerSender(
                  SenderOptions.DEFAULT,
                  STATUS,
                  alertHistory(added.sharedFolder()),
                  REGISTRY,
                  config -> Discoveries.of(config, metrics));
          sender.apply(added.alerting(), added.labels());
          return sender;
        });
  }

  static StatusBoard status() {
    return STATUS;
  }

  static PrometheusRegistry registry() {
    return REGISTRY;
  }

  static AckRegistry acks() {
    return ACKS;
  }

  /** An appender of its own for each sink: its segments are not mixed with those of another. */
  static SampleAppender appender(String sharedFolder) {
    try {
      var appender =
          new SharedStoreAppender(
              Path.of(sharedFolder), UUID.randomUUID().toString(), MAX_BUFFERED_SAMPLES);
      MERGING.scheduleWithFixedDelay(
          () -> merge(appender), MERGE_MINUTES, MERGE_MINUTES, TimeUnit.MINUTES);
      return appender;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to the shared folder " + sharedFolder, e);
    }
  }

  private static void merge(SharedStoreAppender appender) {
    try {
      appender.compact(
          CompactionOptions.forRetention(Duration.ZERO),
          System.currentTimeMillis() - MERGE_AFTER_MILLIS);
    } catch (IOException | RuntimeException e) {
      logger.error("segments could not be merged; they are read as they are", e);
    }
  }

  /** The channel that the receiver at this address feeds; the receiver is started with it. */
  static WriteChannel channel(String receiverAddress) {
    return CHANNELS.computeIfAbsent(receiverAddress, TaskManagerServices::receive);
  }

  private static WriteChannel receive(String address) {
    var channel =
        new WriteChannel(MAX_PENDING_BYTES, ACKS, new PushClock(Clock.systemUTC(), MAX_PUSH_LAG));
    if (!address.isEmpty()) {
      var receiver = new RemoteWriteReceiver(channel, ACKS, RECEIVER, KnownSeries.NONE);
      var server =
          HttpServers.create(address, HttpServers.Limits.DEFAULT, "", List.of(receiver)).bindNow();
      logger.info("remote write is received at {}:{}", server.host(), server.port());
    }
    return channel;
  }
}
