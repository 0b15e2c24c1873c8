package io.narthex.pipeline.status;

import io.narthex.pipeline.alert.AlertHistory;
import io.narthex.pipeline.model.MetricMetadata;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The status board of an embedded server. */
public final class InMemoryStatusBoard implements StatusBoard {
  private volatile Supplier<PipelineStatus> pipeline = () -> PipelineStatus.UNKNOWN;
  private final Map<String, Pool> pools = new TreeMap<>(); // guarded by this
  private final Map<TargetKey, List<MetricMetadata>> metadata = new LinkedHashMap<>();
  private Alertmanagers alertmanagers = Alertmanagers.NONE; // guarded by this
  private AlertHistory history = AlertHistory.NONE; // guarded by this
  private Map<String, RuleGroupStatus> rules = new LinkedHashMap<>(); // guarded by this

  private record Pool(
      Map<String, TargetStatus> active, List<DroppedTarget> dropped, int droppedCount) {}

  @Override
  public synchronized void discovered(
      String pool, List<TargetStatus> active, List<DroppedTarget> dropped, int droppedCount) {
    var before = pools.get(pool);
    var targets = new LinkedHashMap<String, TargetStatus>();
    for (var target : active) {
      var known = before == null ? null : before.active().get(target.id());
      targets.put(target.id(), known == null ? target : withHealthOf(known, target));
    }
    pools.put(pool, new Pool(targets, List.copyOf(dropped), droppedCount));
    metadata
        .keySet()
        .removeIf(key -> key.pool().equals(pool) && !targets.containsKey(key.target()));
  }

  @Override
  public synchronized void scraped(TargetStatus target) {
    var pool = pools.get(target.pool());
    if (pool != null) {
      pool.active().replace(target.id(), target);
    }
  }

  @Override
  public synchronized void refused(String poolName, String targetId, String error) {
    var pool = pools.get(poolName);
    var target = pool == null ? null : pool.active().get(targetId);
    if (pool != null && target != null) {
      pool.active().put(targetId, withHealth(target, target, TargetStatus.Health.DOWN, error));
    }
  }

  @Override
  public synchronized void retainPools(List<String> kept) {
    pools.keySet().retainAll(kept);
    metadata.keySet().removeIf(key -> !kept.contains(key.pool()));
  }

  @Override
  public synchronized void metadata(String pool, String target, List<MetricMetadata> entries) {
    var key = new TargetKey(pool, target);
    var known = pools.get(pool);
    if (entries.isEmpty() || known == null || !known.active().containsKey(target)) {
      metadata.remove(key);
    } else {
      metadata.put(key, List.copyOf(entries));
    }
  }

  @Override
  public synchronized void alertmanagers(Alertmanagers found) {
    alertmanagers = found;
  }

  @Override
  public synchronized Alertmanagers alertmanagers() {
    return alertmanagers;
  }

  @Override
  public synchronized void history(AlertHistory kept) {
    history = kept;
  }

  @Override
  public synchronized AlertHistory history() {
    return history;
  }

  @Override
  public synchronized void rules(List<RuleGroupStatus> groups) {
    var sorted = new ArrayList<>(groups);
    sorted.sort(Comparator.comparing(RuleGroupStatus::file).thenComparing(RuleGroupStatus::name));
    rules = new LinkedHashMap<>();
    sorted.forEach(group -> rules.put(group.key(), group));
  }

  @Override
  public synchronized void evaluated(RuleGroupStatus group) {
    rules.replace(group.key(), group);
  }

  @Override
  public synchronized List<RuleGroupStatus> rules() {
    return List.copyOf(rules.values());
  }

  @Override
  public void pipeline(Supplier<PipelineStatus> now) {
    pipeline = now;
  }

  @Override
  public PipelineStatus pipeline() {
    return pipeline.get(); // not under the lock: it asks others
  }

  @Override
  public synchronized List<String> pools() {
    return List.copyOf(pools.keySet());
  }

  @Override
  public synchronized List<TargetStatus> activeTargets() {
    var all = new ArrayList<TargetStatus>();
    pools.values().forEach(pool -> all.addAll(pool.active().values()));
    return all;
  }

  @Override
  public synchronized List<DroppedTarget> droppedTargets() {
    var all = new ArrayList<DroppedTarget>();
    pools.values().forEach(pool -> all.addAll(pool.dropped()));
    return all;
  }

  @Override
  public synchronized Map<String, Integer> droppedCounts() {
    var counts = new TreeMap<String, Integer>();
    pools.forEach((name, pool) -> counts.put(name, pool.droppedCount()));
    return counts;
  }

  @Override
  public synchronized Map<TargetKey, List<MetricMetadata>> metadata() {
    return new LinkedHashMap<>(metadata);
  }

  private static TargetStatus withHealthOf(TargetStatus known, TargetStatus target) {
    return withHealth(known, target, known.health(), known.lastError());
  }

  private static TargetStatus withHealth(
      TargetStatus known, TargetStatus target, TargetStatus.Health health, String error) {
    return new TargetStatus(
        target.pool(),
        target.id(),
        target.discovered(),
        target.labels(),
        target.scrapeUrl(),
        health,
        error,
        known.lastScrape(),
        known.lastDurationSeconds(),
        target.intervalSeconds(),
        target.timeoutSeconds());
  }
}
