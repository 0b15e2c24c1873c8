package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.VectorMatching;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which series of two vectors belong together: those whose matching labels agree form a match
 * group. Computed once from label sets.
 */
final class Join {
  /** What is kept of each series: its place, and a group at worst. */
  private static final long SERIES_BYTES = 160;

  private final Evaluation evaluation;
  private final VectorMatching matching;
  private final Set<String> names;
  private final Map<Labels, Integer> groups = new HashMap<>();
  private final int[] leftGroups;
  private final int[] rightGroups;

  Join(Evaluation evaluation, VectorMatching matching, Operand.Vector left, Operand.Vector right) {
    this.evaluation = evaluation;
    this.matching = matching;
    names = new HashSet<>(matching.labels());
    leftGroups = groupsOf(left);
    rightGroups = groupsOf(right);
  }

  int groups() {
    return groups.size();
  }

  int leftGroup(int series) {
    return leftGroups[series];
  }

  int rightGroup(int series) {
    return rightGroups[series];
  }

  /** Series of the left side by group. */
  List<List<Integer>> leftMembers() {
    return members(leftGroups);
  }

  List<List<Integer>> rightMembers() {
    return members(rightGroups);
  }

  /** The labels by which series match. */
  Labels key(Labels labels) {
    return matching.on()
        ? labels.filter(names::contains)
        : labels.without(name -> names.contains(name) || name.equals(Labels.METRIC_NAME));
  }

  private int[] groupsOf(Operand.Vector vector) {
    evaluation.reserve(SERIES_BYTES * vector.size());
    int[] all = new int[vector.size()];
    for (int i = 0; i < all.length; i++) {
      if ((i & 0xff) == 0) {
        evaluation.checkpoint();
      }
      Labels key = key(vector.labels(i));
      Integer group = groups.putIfAbsent(key, groups.size());
      all[i] = group == null ? groups.size() - 1 : group;
    }
    return all;
  }

  private List<List<Integer>> members(int[] groupOfSeries) {
    var members = new ArrayList<List<Integer>>(groups.size());
    for (int i = 0; i < groups.size(); i++) {
      members.add(new ArrayList<>(1));
    }
    for (int i = 0; i < groupOfSeries.length; i++) {
      members.get(groupOfSeries[i]).add(i);
    }
    return members;
  }
}
