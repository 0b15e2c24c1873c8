package io.narthex.operators.rules.plan;

import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.query.promql.parse.ParseOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Rule groups in shards: groups that read each other's outputs, directly or through others, are in
 * one shard; shards need nothing of each other.
 *
 * @param shards in order of their first groups
 */
public record ShardPlan(List<Shard> shards) {
  public ShardPlan {
    shards = List.copyOf(shards);
  }

  /**
   * Groups that are evaluated together.
   *
   * @param groups in the order of evaluation where ticks fall together: a group comes after those
   *     whose outputs it reads, circles are broken at the group that stands first in the files
   */
  public record Shard(List<RuleGroup> groups) {
    public Shard {
      groups = List.copyOf(groups);
    }
  }

  /**
   * Plans groups.
   *
   * @param parsing what the expressions may use
   * @throws io.narthex.pipeline.fault.FaultException {@code BAD_DATA} if an expression is faulty
   */
  public static ShardPlan of(List<RuleGroup> groups, ParseOptions parsing) {
    List<Set<Integer>> sources = GroupLinks.of(groups, parsing);
    int[] parents = new int[groups.size()];
    for (int group = 0; group < parents.length; group++) {
      parents[group] = group;
    }
    for (int group = 0; group < parents.length; group++) {
      for (int source : sources.get(group)) {
        union(parents, group, source);
      }
    }
    Map<Integer, List<RuleGroup>> shards = new LinkedHashMap<>();
    for (int group = 0; group < parents.length; group++) {
      shards.put(root(parents, group), new ArrayList<>());
    }
    for (int group : order(sources)) {
      List<RuleGroup> shard = shards.get(root(parents, group));
      if (shard != null) {
        shard.add(groups.get(group));
      }
    }
    return new ShardPlan(shards.values().stream().map(Shard::new).toList());
  }

  private static int[] order(List<Set<Integer>> sources) {
    int size = sources.size();
    int[] waitsFor = new int[size];
    List<List<Integer>> readers = new ArrayList<>();
    sources.forEach(each -> readers.add(new ArrayList<>()));
    var ready = new PriorityQueue<Integer>();
    for (int group = 0; group < size; group++) {
      waitsFor[group] = sources.get(group).size();
      for (int source : sources.get(group)) {
        readers.get(source).add(group);
      }
      if (waitsFor[group] == 0) {
        ready.add(group);
      }
    }
    boolean[] done = new boolean[size];
    int[] order = new int[size];
    int firstLeft = 0;
    for (int at = 0; at < size; at++) {
      Integer next = ready.poll();
      if (next == null) {
        while (done[firstLeft]) {
          firstLeft++;
        }
        next = firstLeft;
      }
      done[next] = true;
      order[at] = next;
      for (int reader : readers.get(next)) {
        if (--waitsFor[reader] == 0 && !done[reader]) {
          ready.add(reader);
        }
      }
    }
    return order;
  }

  /** The lower number stays the root, so that shards keep the order of the files. */
  private static void union(int[] parents, int a, int b) {
    int rootA = root(parents, a);
    int rootB = root(parents, b);
    parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }

  private static int root(int[] parents, int group) {
    int at = group;
    while (parents[at] != at) {
      parents[at] = parents[parents[at]];
      at = parents[at];
    }
    return at;
  }
}
