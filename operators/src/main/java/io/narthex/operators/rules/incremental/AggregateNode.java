package io.narthex.operators.rules.incremental;

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
import org.jspecify.annotations.Nullable;

/**
 * An aggregation. To which group each series belongs is found once; values are added in the order
 * in which a query adds them, with the same compensation, so that sums agree in every bit.
 */
final class AggregateNode extends SeriesNode {
  /** Groups without series that are kept beside as many as there are with series. */
  private static final int SPARE = 64;

  private final SeriesNode input;
  private final AggregateOp op;
  private final Set<String> names;
  private final boolean without;

  private final Map<Labels, Integer> groups = new HashMap<>();
  private final List<Labels> labels = new ArrayList<>();
  private int[] groupOf = new int[0];
  private @Nullable Labels[] origins = new Labels[0];
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

  /** Finds the groups of series that are new; those that were there before keep theirs. */
  private void regroup() {
    int size = input.size();
    boolean known = size > 0 && input.origin(0) != null && labels.size() < 2 * ordered + SPARE;
    if (!known) {
      groups.clear();
      labels.clear();
      origins = new Labels[0];
    }
    var before = origins;
    int[] groupsBefore = groupOf;
    origins = new Labels[size];
    groupOf = new int[size];
    int old = 0;
    for (int position = 0; position < size; position++) {
      var origin = input.origin(position);
      origins[position] = origin;
      if (origin != null) {
        old = find(before, old, origin);
      }
      groupOf[position] =
          origin != null && old < before.length && origin.equals(before[old])
              ? groupsBefore[old]
              : groupOf(labels(position, origin));
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

  /**
   * Labels that tell the group of a series. Where the metric's name does not matter those of the
   * stored series do, which are there anyway.
   */
  private Labels labels(int position, @Nullable Labels origin) {
    boolean nameMatters = !without && names.contains(Labels.METRIC_NAME);
    return origin == null || nameMatters ? input.labels(position) : origin;
  }

  /** The place of a series in a list in label order, or where it would stand. */
  private static int find(@Nullable Labels[] before, int from, Labels origin) {
    int at = from;
    while (at < before.length) {
      var other = before[at];
      if (other != null && other.compareTo(origin) >= 0) {
        break;
      }
      at++;
    }
    return at;
  }

  private int groupOf(Labels series) {
    Labels key = key(series);
    Integer group = groups.putIfAbsent(key, labels.size());
    if (group != null) {
      return group;
    }
    labels.add(key);
    return labels.size() - 1;
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
  Labels nameless(int position) {
    return labels.get(position).without(Labels.METRIC_NAME::equals);
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

  @Override
  boolean hasOneName() {
    return without || !names.contains(Labels.METRIC_NAME);
  }
}
