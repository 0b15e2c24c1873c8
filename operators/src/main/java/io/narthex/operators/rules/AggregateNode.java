package io.narthex.operators.rules;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.function.Kahan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An aggregation. To which group each series belongs is found once; values are added in the order
 * in which a query adds them, with the same compensation, so that sums agree in every bit.
 */
final class AggregateNode extends SeriesNode {
  private final SeriesNode input;
  private final AggregateOp op;
  private final Set<String> names;
  private final boolean without;

  private final Map<Labels, Integer> groups = new HashMap<>();
  private final List<Labels> labels = new ArrayList<>();
  private int[] groupOf = new int[0];
  private double[] lost = new double[8];
  private int[] counts = new int[8];
  private int[] order = new int[8];
  private int ordered;
  private long seenStructure = -1;
  private long seenVersion = -1;
  private boolean overflowed;

  /**
   * Whether an operator is known here: {@code sum}, {@code avg}, {@code min}, {@code max}, {@code
   * count} and {@code group}.
   */
  static boolean knows(AggregateOp op) {
    return switch (op) {
      case SUM, AVG, MIN, MAX, COUNT, GROUP -> true;
      default -> false;
    };
  }

  AggregateNode(SeriesNode input, AggregateOp op, List<String> grouping, boolean without) {
    this.input = input;
    this.op = op;
    this.without = without;
    names = new HashSet<>(grouping);
  }

  @Override
  boolean refresh(long time) {
    if (!input.refresh(time)) {
      return false;
    }
    if (input.structure != seenStructure) {
      regroup();
      seenVersion = -1;
    }
    if (input.version != seenVersion) {
      aggregate();
      seenVersion = input.version;
      version++;
    }
    return !overflowed;
  }

  private void regroup() {
    groups.clear();
    labels.clear();
    int size = input.size();
    groupOf = new int[size];
    for (int position = 0; position < size; position++) {
      Labels key = key(input.labels(position));
      Integer group = groups.putIfAbsent(key, labels.size());
      if (group == null) {
        groupOf[position] = labels.size();
        labels.add(key);
      } else {
        groupOf[position] = group;
      }
    }
    if (labels.size() > values.length) {
      int room = Math.max(labels.size(), 2 * values.length);
      values = new double[room];
      present = new boolean[room];
      selected = new boolean[room];
      lost = new double[room];
      counts = new int[room];
      order = new int[room];
    }
    seenStructure = input.structure;
    structure++;
  }

  private Labels key(Labels of) {
    if (without) {
      return of.without(name -> names.contains(name) || name.equals(Labels.METRIC_NAME));
    }
    return names.isEmpty() ? Labels.EMPTY : of.filter(names::contains);
  }

  private void aggregate() {
    int size = labels.size();
    Arrays.fill(selected, 0, size, false);
    Arrays.fill(present, 0, size, false);
    Arrays.fill(counts, 0, size, 0);
    ordered = 0;
    overflowed = false;
    int inputs = input.ordered();
    for (int n = 0; n < inputs; n++) {
      int position = input.position(n);
      if (input.selected[position]) {
        int group = groupOf[position];
        if (!selected[group]) {
          selected[group] = true;
          order[ordered++] = group;
        }
        if (input.present[position]) {
          add(group, input.values[position]);
        }
      }
    }
    finish();
  }

  private void add(int group, double value) {
    int count = ++counts[group];
    if (count == 1) {
      present[group] = true;
      begin(group, value);
      return;
    }
    double before = values[group];
    switch (op) {
      case SUM -> {
        lost[group] = Kahan.lost(value, before, lost[group]);
        values[group] = before + value;
      }
      case AVG -> {
        double total = before + value;
        overflowed |= Double.isInfinite(total);
        lost[group] = Kahan.lost(value, before, lost[group]);
        values[group] = total;
      }
      case MIN -> {
        if (before > value || Double.isNaN(before)) {
          values[group] = value;
        }
      }
      case MAX -> {
        if (before < value || Double.isNaN(before)) {
          values[group] = value;
        }
      }
      default -> {}
    }
  }

  private void begin(int group, double value) {
    lost[group] = 0;
    if (op == AggregateOp.SUM) {
      lost[group] = Kahan.lost(value, -0.0, 0);
      values[group] = -0.0 + value;
    } else {
      values[group] = value;
    }
  }

  private void finish() {
    for (int n = 0; n < ordered; n++) {
      int group = order[n];
      int count = counts[group];
      if (count > 0) {
        switch (op) {
          case SUM -> values[group] += lost[group];
          case AVG -> values[group] = values[group] / count + lost[group] / count;
          case COUNT -> values[group] = count;
          case GROUP -> values[group] = 1;
          default -> {}
        }
      }
    }
  }

  @Override
  int size() {
    return labels.size();
  }

  @Override
  Labels labels(int position) {
    return labels.get(position);
  }

  @Override
  int ordered() {
    return ordered;
  }

  @Override
  int position(int n) {
    return order[n];
  }

  @Override
  boolean distinct() {
    return true;
  }
}
