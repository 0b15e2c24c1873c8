package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** To which group each series of a vector belongs; computed once from label sets. */
final class Grouping {
  /** What a group takes besides the bytes of its labels. */
  private static final long GROUP_BYTES = 128;

  private final int[] groups;
  private final List<Labels> labels = new ArrayList<>();
  private final boolean[] dropsName;

  private Grouping(
      Evaluation evaluation, Operand.Vector input, List<String> names, boolean without) {
    evaluation.reserve((long) Integer.BYTES * input.size());
    groups = new int[input.size()];
    Set<String> set = new HashSet<>(names);
    Map<Labels, Integer> places = new HashMap<>();
    boolean all = names.isEmpty() && !without; // in one group: the store need not make their labels
    for (int i = 0; i < groups.length; i++) {
      if ((i & 0xff) == 0) {
        evaluation.checkpoint();
      }
      Labels key = all ? Labels.EMPTY : key(input.labels(i), set, without);
      Integer place = places.putIfAbsent(key, labels.size());
      if (place == null) {
        evaluation.reserve(GROUP_BYTES + key.bytes().length);
        groups[i] = labels.size();
        labels.add(key);
      } else {
        groups[i] = place;
      }
    }
    dropsName = new boolean[labels.size()];
    for (int i = 0; i < groups.length; i++) {
      dropsName[groups[i]] |= input.dropsName(i);
    }
  }

  static Grouping of(
      Evaluation evaluation, Operand.Vector input, List<String> names, boolean without) {
    return new Grouping(evaluation, input, names, without);
  }

  /** The labels that a group is known by. */
  static Labels key(Labels labels, Set<String> names, boolean without) {
    if (without) {
      return labels.without(name -> names.contains(name) || name.equals(Labels.METRIC_NAME));
    }
    return names.isEmpty() ? Labels.EMPTY : labels.filter(names::contains);
  }

  int size() {
    return labels.size();
  }

  int group(int series) {
    return groups[series];
  }

  Labels labels(int group) {
    return labels.get(group);
  }

  boolean dropsName(int group) {
    return dropsName[group];
  }
}
