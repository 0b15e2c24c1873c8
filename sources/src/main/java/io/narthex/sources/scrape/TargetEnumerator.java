package io.narthex.sources.scrape;

import io.narthex.pipeline.config.DiscoveryConfig;
import io.narthex.pipeline.config.DiscoveryConfig.TargetGroup;
import io.narthex.pipeline.config.ScrapeConfig;
import io.narthex.pipeline.status.StatusBoard;
import io.narthex.pipeline.status.TargetStatus;
import io.narthex.sources.discovery.Discoveries;
import io.narthex.sources.reactive.ReactiveSource.NoState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Discovers targets and shares them out. The life of a target:
 *
 * <ol>
 *   <li>A configuration arrives (thread of who applied it) and is passed to the coordinator thread,
 *       which alone touches the fields here.
 *   <li>Its discoveries are subscribed; what they find comes on their threads and is passed on
 *       likewise. A changed configuration keeps those discoveries that it still names, and what the
 *       others found until those that came in their place have found something.
 *   <li>The groups of a pool become targets ({@link TargetBuilder}); the status board is told.
 *   <li>Changes are gathered for a moment, then each registered reader gets all its targets ({@link
 *       TargetsEvent}). A target belongs to the reader that its hash names.
 *   <li>The reader starts, changes and ends loops until it has just these. A reader that registers,
 *       after a failure too, gets its targets at once.
 * </ol>
 */
final class TargetEnumerator implements SplitEnumerator<TargetSplit, NoState> {
  /** Targets in one message. */
  static final int PART = 500;

  private static final Logger LOG = LoggerFactory.getLogger(TargetEnumerator.class);

  private final SplitEnumeratorContext<TargetSplit> context;
  private final ScrapeConfigs configs;
  private final StatusBoard board;
  private final ScrapeMetrics metrics;
  private final ScrapeOptions options;
  private final Scheduler timer;
  private final Map<String, Pool> pools = new LinkedHashMap<>();
  private final Disposable.Swap following = Disposables.swap();
  private final Disposable.Swap spreading = Disposables.swap();
  private long generation;
  private boolean changed;
  private boolean told;

  /** A scrape job: what it is and what is known of it. */
  private static final class Pool {
    private ScrapeConfig config;
    private TargetBuilder builder;
    private final Map<DiscoveryConfig, Found> found = new LinkedHashMap<>();
    private final List<Replaced> replaced = new ArrayList<>();
    private List<TargetSplit> active = List.of();
    private List<String> faults = List.of();

    Pool(ScrapeConfig config, TargetBuilder builder) {
      this.config = config;
      this.builder = builder;
    }

    List<TargetGroup> groups() {
      var all = new ArrayList<TargetGroup>();
      found.values().forEach(f -> all.addAll(f.groups == null ? List.of() : f.groups));
      replaced.forEach(before -> all.addAll(before.groups));
      return all;
    }
  }

  /** What discoveries found that are gone, and those whose first answer it waits for. */
  private record Replaced(List<TargetGroup> groups, Set<Found> awaited) {}

  /** A discovery that runs, and what it found last; null before the first time. */
  private static final class Found {
    private final Disposable.Swap subscription = Disposables.swap();
    private @Nullable List<TargetGroup> groups;
  }

  TargetEnumerator(
      SplitEnumeratorContext<TargetSplit> context,
      ScrapeConfigs configs,
      StatusBoard board,
      ScrapeMetrics metrics,
      ScrapeOptions options,
      Scheduler timer) {
    this.context = context;
    this.configs = configs;
    this.board = board;
    this.metrics = metrics;
    this.options = options;
    this.timer = timer;
  }

  @Override
  public void start() {
    following.update(
        configs
            .changes()
            .subscribe(
                list -> context.runInCoordinatorThread(() -> apply(list)),
                error -> context.runInCoordinatorThread(() -> fail(error))));
  }

  @Override
  public void handleSplitRequest(int subtask, @Nullable String host) {
    // readers are told what they get
  }

  @Override
  public void addSplitsBack(List<TargetSplit> splits, int subtask) {
    // a reader that comes back is told all its targets
  }

  @Override
  public void addReader(int subtask) {
    if (told) {
      send(subtask);
    }
  }

  @Override
  public NoState snapshotState(long checkpointId) {
    return new NoState();
  }

  @Override
  public void close() {
    following.dispose();
    spreading.dispose();
    pools.values().forEach(TargetEnumerator::end);
  }

  private void fail(Throwable error) {
    throw new IllegalStateException("the scrape configurations cannot be followed", error);
  }

  private void apply(List<ScrapeConfig> list) {
    var names = new LinkedHashSet<String>();
    for (var config : list) {
      names.add(config.jobName());
      var pool = pools.get(config.jobName());
      if (pool == null || !pool.config.equals(config)) {
        apply(config, pool);
      }
    }
    for (String name : List.copyOf(pools.keySet())) {
      if (!names.contains(name)) {
        var pool = pools.remove(name);
        if (pool != null) {
          end(pool);
        }
        metrics.removePool(name);
      }
    }
    board.retainPools(List.copyOf(names));
    metrics.pools.set(pools.size());
    spread();
  }

  private void apply(ScrapeConfig config, @Nullable Pool before) {
    var builder = new TargetBuilder(config);
    var pool = before == null ? new Pool(config, builder) : before;
    pool.config = config;
    pool.builder = builder;
    pools.put(config.jobName(), pool);
    metrics.poolTargetLimit.labelValues(config.jobName()).set(config.targetLimit());
    replace(pool);
    sync(pool);
  }

  /** Lets the discoveries run that the pool's configuration names, and no others. */
  private void replace(Pool pool) {
    var discoveries = pool.config.discovery();
    var gone = new HashSet<Found>();
    var left = new ArrayList<TargetGroup>();
    pool.found.forEach(
        (discovery, found) -> {
          if (!discoveries.contains(discovery)) {
            gone.add(found);
            left.addAll(found.groups == null ? List.of() : found.groups);
            found.subscription.dispose();
          }
        });
    pool.found.values().removeAll(gone);
    var added = new LinkedHashMap<DiscoveryConfig, Found>();
    for (var discovery : discoveries) {
      if (!pool.found.containsKey(discovery)) {
        added.put(discovery, new Found());
      }
    }
    pool.found.putAll(added);
    for (var before : pool.replaced) {
      if (before.awaited().removeAll(gone)) {
        before.awaited().addAll(added.values());
      }
    }
    pool.replaced.add(new Replaced(left, new HashSet<>(added.values())));
    added.forEach((discovery, found) -> follow(pool, discovery, found));
  }

  private void follow(Pool pool, DiscoveryConfig discovery, Found found) {
    found.subscription.update(
        Discoveries.of(discovery, metrics.discovery)
            .subscribe(
                groups -> context.runInCoordinatorThread(() -> found(pool, found, groups)),
                error -> {
                  LOG.error("discovery of job {} ended: {}", pool.config.jobName(), error, error);
                  context.runInCoordinatorThread(() -> ended(pool, found));
                }));
  }

  private void found(Pool pool, Found found, List<TargetGroup> groups) {
    if (!found.subscription.isDisposed()) {
      found.groups = groups;
      sync(pool);
    }
  }

  /** Nothing waits for what will not come. */
  private void ended(Pool pool, Found found) {
    found(pool, found, found.groups == null ? List.of() : found.groups);
  }

  /** Makes the targets of a pool anew. */
  private void sync(Pool pool) {
    pool.replaced.removeIf(
        before -> before.awaited().stream().allMatch(found -> found.groups != null));
    String job = pool.config.jobName();
    long begun = System.nanoTime();
    var targets = pool.builder.build(pool.groups());
    if (!targets.faults().equals(pool.faults)) {
      targets.faults().forEach(fault -> LOG.error("job {}: no target made of {}", job, fault));
      pool.faults = targets.faults();
    }
    metrics.syncFailures.labelValues(job).inc(targets.faults().size());
    board.discovered(
        job,
        targets.active().stream().map(TargetEnumerator::status).toList(),
        targets.dropped(),
        targets.droppedCount());
    boolean same = pool.active.equals(targets.active());
    pool.active = targets.active();
    measure(pool, targets, begun);
    if (!same) {
      spread();
    }
  }

  private void measure(Pool pool, TargetBuilder.Targets targets, long begun) {
    String job = pool.config.jobName();
    int limit = pool.config.targetLimit();
    if (limit > 0 && targets.active().size() > limit) {
      metrics.exceededTargetLimit.inc();
    }
    metrics.poolSyncs.labelValues(job).inc();
    metrics.poolTargets.labelValues(job).set(targets.active().size());
    int discovered = pool.groups().stream().mapToInt(group -> group.targets().size()).sum();
    metrics.discoveredTargets.labelValues("scrape", job).set(discovered);
    metrics.syncLength.labelValues(job).observe((System.nanoTime() - begun) / 1e9);
  }

  private void spread() {
    if (!changed) {
      changed = true;
      spreading.update(
          Mono.delay(options.spreadDelay(), timer)
              .subscribe(tick -> context.runInCoordinatorThread(this::tellAll)));
    }
  }

  private void tellAll() {
    changed = false;
    told = true;
    generation++;
    context.registeredReaders().keySet().forEach(this::send);
  }

  private void send(int subtask) {
    int readers = context.currentParallelism();
    var own = new ArrayList<TargetSplit>();
    for (var pool : pools.values()) {
      for (var target : pool.active) {
        if (Long.remainderUnsigned(target.hash(), readers) == subtask) {
          own.add(target);
        }
      }
    }
    int parts = Math.max(1, (own.size() + PART - 1) / PART);
    for (int part = 0; part < parts; part++) {
      var targets = own.subList(part * PART, Math.min(own.size(), (part + 1) * PART));
      context.sendEventToSourceReader(subtask, new TargetsEvent(generation, part, parts, targets));
    }
  }

  private static void end(Pool pool) {
    pool.found.values().forEach(found -> found.subscription.dispose());
  }

  private static TargetStatus status(TargetSplit target) {
    return new TargetStatus(
        target.pool(),
        target.id(),
        target.discovered(),
        target.labels(),
        target.url(),
        TargetStatus.Health.UNKNOWN,
        "",
        0,
        0,
        target.interval().toMillis() / 1000.0,
        target.timeout().toMillis() / 1000.0);
  }
}
