package io.narthex.sinks.alertmanager;

import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.config.AlertingConfig;
import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.relabel.Relabeler;
import io.narthex.pipeline.status.StatusBoard;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Sends alerts to all Alertmanagers of a configuration. Each has a queue of its own, so that a slow
 * one holds up no other. A change of the configuration leaves the queues of entries alone that stay
 * as they are. Safe for use by several threads; only {@link #close} blocks.
 */
public final class AlertmanagerSender implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertmanagerSender.class);

  private final SenderOptions options;
  private final StatusBoard status;
  private final AlertHistory history;
  private final SenderMetrics metrics;
  private final Function<DiscoveryConfig, Flux<List<TargetGroup>>> discovery;
  private final Function<AlertingConfig.Alertmanagers, AlertTransport> transports;
  private final Scheduler scheduler;

  private final Map<AlertingConfig.Alertmanagers, Served> sets =
      new LinkedHashMap<>(); // guarded by this
  private final NewestTicks newest; // guarded by this
  private Map<String, String> externalLabels = Map.of(); // guarded by this
  private Relabeler relabeler = Relabeler.NONE; // guarded by this
  private long number; // guarded by this
  private boolean closed; // guarded by this
  private List<AlertNotification> restored = List.of(); // guarded by this

  /** A set and the discovery that feeds it; null until it is subscribed to. */
  private static final class Served {
    final AlertmanagerSet set;
    @Nullable Disposable discovery;

    Served(AlertmanagerSet set) {
      this.set = set;
    }

    void close() {
      if (discovery != null) {
        discovery.dispose();
      }
      set.close();
    }
  }

  /**
   * Makes a sender that knows no Alertmanager yet; {@link #apply} tells it which.
   *
   * @param status learns which Alertmanagers there are
   * @param history learns what became of notifications
   * @param registry gets the metrics, once for each registry
   * @param discovery finds the targets of a configuration: each element is all that is known
   */
  public AlertmanagerSender(
      SenderOptions options,
      StatusBoard status,
      AlertHistory history,
      PrometheusRegistry registry,
      Function<DiscoveryConfig, Flux<List<TargetGroup>>> discovery) {
    this(
        options,
        status,
        history,
        registry,
        discovery,
        config -> new HttpTransport(config.client()),
        Schedulers.parallel());
  }

  AlertmanagerSender(
      SenderOptions options,
      StatusBoard status,
      AlertHistory history,
      PrometheusRegistry registry,
      Function<DiscoveryConfig, Flux<List<TargetGroup>>> discovery,
      Function<AlertingConfig.Alertmanagers, AlertTransport> transports,
      Scheduler scheduler) {
    this.options = options;
    this.status = status;
    this.history = history;
    this.metrics = new SenderMetrics(registry, options.queueCapacity());
    this.discovery = discovery;
    this.transports = transports;
    this.scheduler = scheduler;
    this.newest = new NewestTicks(10 * options.queueCapacity());
  }

  /**
   * Puts a configuration into force. Two entries that are equal count as one.
   *
   * @param external labels that alerts get which do not have them
   * @throws IllegalArgumentException if a relabel rule is not valid
   */
  public void apply(AlertingConfig config, Map<String, String> external) {
    var added = new LinkedHashMap<AlertingConfig.Alertmanagers, Served>();
    synchronized (this) {
      if (closed) {
        return;
      }
      relabeler = Relabeler.compile(config.relabelRules());
      externalLabels = Map.copyOf(external);
      sets.entrySet()
          .removeIf(
              served -> {
                if (config.alertmanagers().contains(served.getKey())) {
                  return false;
                }
                served.getValue().close();
                return true;
              });
      for (var entry : config.alertmanagers()) {
        if (!sets.containsKey(entry)) {
          var served = new Served(set(entry));
          sets.put(entry, served);
          added.put(entry, served);
        }
      }
      tellStatus();
    }
    added.forEach(this::discover);
  }

  /**
   * Queues notifications for all Alertmanagers. One that is older than what was queued for the same
   * alert before is left out: after a job has gone back to a checkpoint, an alert must not begin to
   * fire again whose end was already told.
   */
  public synchronized void send(List<AlertNotification> notifications) {
    if (closed) {
      throw new IllegalStateException("the sender is closed");
    }
    var entries = new ArrayList<AlertmanagerQueue.Entry>(notifications.size());
    for (var notification : notifications) {
      if (newest.isOld(notification.labels(), notification.tick())) {
        continue;
      }
      var labels = relabeler.apply(withExternal(notification.labels()));
      if (labels != null && !labels.isEmpty()) {
        entries.add(new AlertmanagerQueue.Entry(number++, notification, labels));
      }
    }
    long now = now();
    sets.values().forEach(served -> served.set.offer(entries, now));
  }

  /**
   * Keeps notifications of a checkpoint until {@link #caughtUp}: what has happened to their alerts
   * since is told first, and what it makes old is left out.
   */
  public synchronized void restore(List<AlertNotification> notifications) {
    restored = List.copyOf(notifications);
  }

  /** Queues the notifications of a checkpoint: rules have told what has happened since. */
  public synchronized void caughtUp() {
    var late = restored;
    restored = List.of();
    if (!closed && !late.isEmpty()) {
      send(late);
    }
  }

  /** Notifications that at least one Alertmanager has not taken yet, in the order of sending. */
  public synchronized List<AlertNotification> undelivered() {
    var left = new TreeMap<Long, AlertNotification>();
    for (var served : sets.values()) {
      served.set.early(now()).forEach(entry -> left.put(entry.number(), entry.alert()));
      served.set.queues().forEach(queue -> queue.undelivered(left::put));
    }
    var all = new ArrayList<>(restored);
    all.addAll(left.values());
    return List.copyOf(all);
  }

  /** Ends when all that is queued now has been delivered or given up. */
  Mono<Void> drained() {
    var all = new ArrayList<Mono<Void>>();
    synchronized (this) {
      for (var served : sets.values()) {
        served.set.queues().forEach(queue -> all.add(queue.drained()));
      }
    }
    return Mono.when(all);
  }

  /** Sends what is queued, as long as the options allow, and drops the rest. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    if (!options.drain().isZero()) {
      drained().then(Mono.just(true)).timeout(options.drain(), Mono.just(false), scheduler).block();
    }
    synchronized (this) {
      sets.values().forEach(Served::close);
      sets.clear();
    }
  }

  private AlertmanagerSet set(AlertingConfig.Alertmanagers config) {
    var transport = transports.apply(config);
    return new AlertmanagerSet(
        config,
        url ->
            new AlertmanagerQueue(
                url, config.timeout(), transport, options, metrics.of(url), history, scheduler),
        options,
        metrics);
  }

  private void discover(AlertingConfig.Alertmanagers config, Served served) {
    var sources = config.discovery();
    var last = new ArrayList<List<TargetGroup>>(Collections.nCopies(sources.size(), List.of()));
    var subscriptions = Disposables.composite();
    if (sources.isEmpty()) {
      discovered(served, FoundAlertmanagers.of(config, List.of()));
    }
    for (int i = 0; i < sources.size(); i++) {
      int source = i;
      subscriptions.add(
          discovery
              .apply(sources.get(source))
              .subscribe(
                  groups -> discovered(served, config, last, source, groups),
                  fault ->
                      LOG.error(
                          "a discovery of Alertmanagers has ended, what it found last stays: {}",
                          fault.toString())));
    }
    synchronized (this) {
      if (sets.get(config) == served) {
        served.discovery = subscriptions;
        return;
      }
    }
    subscriptions.dispose();
  }

  /**
   * One of an entry's discoveries found something; one that has found nothing yet holds up no
   * other.
   *
   * @param last what each discovery found last, only touched here
   */
  private synchronized void discovered(
      Served served,
      AlertingConfig.Alertmanagers config,
      List<List<TargetGroup>> last,
      int source,
      List<TargetGroup> groups) {
    last.set(source, groups);
    var all = last.stream().flatMap(List::stream).toList();
    discovered(served, FoundAlertmanagers.of(config, all));
  }

  private synchronized void discovered(Served served, FoundAlertmanagers found) {
    if (!sets.containsValue(served)) {
      return;
    }
    served.set.found(found, now());
    found.faults().forEach(fault -> LOG.warn("an Alertmanager is left out: {}", fault));
    tellStatus();
  }

  private void tellStatus() {
    var active = new ArrayList<String>();
    var dropped = new ArrayList<String>();
    for (var served : sets.values()) {
      active.addAll(served.set.found().active());
      dropped.addAll(served.set.found().dropped());
    }
    metrics.discovered(active.size());
    status.alertmanagers(new StatusBoard.Alertmanagers(active, dropped));
  }

  private long now() {
    return scheduler.now(TimeUnit.MILLISECONDS);
  }

  private Labels withExternal(Labels labels) {
    if (externalLabels.isEmpty()) {
      return labels;
    }
    var with = labels.toBuilder();
    externalLabels.forEach(
        (name, value) -> {
          if (!labels.has(name)) {
            with.set(name, value);
          }
        });
    return with.build();
  }
}
