package io.narthex.query.promql.exec;

import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.AggregateOp;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.Column;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code topk}, {@code bottomk} and {@code limitk}: at each step some elements of each group. For
 * topk and bottomk a heap of each group and step has the next element to give way on top; which of
 * equal elements stay depends on the heap's moves, which are those of a binary heap as in Go's
 * container/heap.
 */
final class Selection {
  private final Evaluation evaluation;
  private final AggregateOp op;
  private final Operand.Vector input;
  private final Grouping grouping;
  private final double[] parameter;
  private final Span span;

  /** By group and step; first element the size, then series of the input. */
  private final int[] @Nullable [][] chosen;

  private final double[] @Nullable [][] values;

  Selection(
      Evaluation evaluation,
      AggregateOp op,
      Operand.Vector input,
      Grouping grouping,
      double[] parameter,
      Span span) {
    this.evaluation = evaluation;
    this.op = op;
    this.input = input;
    this.grouping = grouping;
    this.parameter = parameter;
    this.span = span;
    // Two references for each group and step, and the headers of the arrays of references.
    evaluation.reserve(grouping.size() * (64 + 16L * parameter.length));
    chosen = new int[grouping.size()][parameter.length][];
    values = new double[grouping.size()][parameter.length][];
  }

  /** Checks the parameter as Prometheus does; false if nothing can be selected. */
  static boolean check(double[] parameter) {
    double max = Double.NEGATIVE_INFINITY;
    double min = Double.POSITIVE_INFINITY;
    boolean nan = false;
    for (double k : parameter) {
      nan |= Double.isNaN(k);
      max = Double.isNaN(k) ? max : Math.max(max, k);
      min = Double.isNaN(k) ? min : Math.min(min, k);
    }
    if (nan) {
      throw Evaluation.fault("Parameter value is NaN");
    }
    if (max < 1) {
      return false;
    }
    if (min <= -0x1p63) {
      throw Evaluation.fault("Scalar value " + GoNumber.text(min) + " underflows int64");
    }
    if (max >= 0x1p63) {
      throw Evaluation.fault("Scalar value " + GoNumber.text(max) + " overflows int64");
    }
    return true;
  }

  /** The selected elements; in order of the groups and then of the values at a single step. */
  Operand.Vector result() {
    int steps = parameter.length;
    Column[] kept = new Column[input.size()];
    Sweep.over(
        evaluation,
        input,
        steps,
        (series, column) -> {
          if (!choose(series, column)) {
            return false;
          }
          kept[series] = column;
          evaluation.hold(steps);
          evaluation.holdHistograms(evaluation.site(), column);
          return true;
        });
    return steps == 1 ? ordered(kept) : scattered(kept);
  }

  /** Whether a series is among the chosen at some step, so far. */
  private boolean choose(int series, Column column) {
    int steps = parameter.length;
    boolean limit = op == AggregateOp.LIMITK;
    boolean wanted = false;
    for (int step = 0; step < steps; step++) {
      int k = (int) Math.min((long) parameter[step], input.size());
      if (k < 1 || !column.has(step)) {
        continue;
      }
      if (!limit && column.histogram(step) != null) {
        evaluation.annotations().info(Notes.histogramIgnored(op.text()), span);
      } else {
        wanted |= offer(grouping.group(series), step, series, column.values()[step], k);
      }
    }
    return wanted;
  }

  private boolean offer(int group, int step, int series, double value, int k) {
    int[] ids = chosen[group][step];
    double[] heap = values[group][step];
    if (ids == null || heap == null) {
      evaluation.reserve(48 + 12L * (Math.min(k, 8) + 1));
      ids = new int[Math.min(k, 8) + 1];
      heap = new double[Math.min(k, 8) + 1];
      chosen[group][step] = ids;
      values[group][step] = heap;
    }
    int size = ids[0];
    if (size < k) {
      if (size + 1 == ids.length) {
        int larger = Math.min(k + 1, 2 * ids.length);
        evaluation.reserve(12L * (larger - ids.length));
        ids = Arrays.copyOf(ids, larger);
        heap = Arrays.copyOf(heap, larger);
        chosen[group][step] = ids;
        values[group][step] = heap;
      }
      ids[size + 1] = series;
      heap[size + 1] = value;
      ids[0] = size + 1;
      if (op != AggregateOp.LIMITK) {
        up(ids, heap, size + 1);
      }
      return true;
    }
    if (op == AggregateOp.LIMITK) {
      return false;
    }
    double top = heap[1];
    boolean better = op == AggregateOp.TOPK ? top < value : top > value;
    if (better || (Double.isNaN(top) && !Double.isNaN(value))) {
      ids[1] = series;
      heap[1] = value;
      down(ids, heap, 1);
      return true;
    }
    return false;
  }

  /** Whether the first gives way before the second. */
  private boolean before(double a, double b) {
    return Double.isNaN(a) || (op == AggregateOp.TOPK ? a < b : a > b);
  }

  private void up(int[] ids, double[] heap, int from) {
    int at = from;
    while (at > 1 && before(heap[at], heap[at / 2])) {
      swap(ids, heap, at, at / 2);
      at /= 2;
    }
  }

  private void down(int[] ids, double[] heap, int from) {
    int size = ids[0];
    int at = from;
    while (2 * at <= size) {
      int child = 2 * at;
      if (child + 1 <= size && before(heap[child + 1], heap[child])) {
        child++;
      }
      if (!before(heap[child], heap[at])) {
        return;
      }
      swap(ids, heap, at, child);
      at = child;
    }
  }

  private static void swap(int[] ids, double[] heap, int a, int b) {
    int id = ids[a];
    ids[a] = ids[b];
    ids[b] = id;
    double value = heap[a];
    heap[a] = heap[b];
    heap[b] = value;
  }

  private Operand.Vector ordered(Column[] kept) {
    var all = new Materialized(evaluation);
    for (int group = 0; group < grouping.size(); group++) {
      int[] ids = chosen[group][0];
      double[] heap = values[group][0];
      if (ids == null || heap == null) {
        continue;
      }
      if (op != AggregateOp.LIMITK) {
        sort(ids, heap);
      }
      for (int i = 1; i <= ids[0]; i++) {
        all.add(input.labels(ids[i]), input.dropsName(ids[i]), kept[ids[i]]);
      }
    }
    return all;
  }

  /** Insertion sort, stable: the element to give way last comes first. */
  private void sort(int[] ids, double[] heap) {
    for (int i = 2; i <= ids[0]; i++) {
      for (int j = i; j > 1 && before(heap[j - 1], heap[j]); j--) {
        swap(ids, heap, j - 1, j);
      }
    }
  }

  private Operand.Vector scattered(Column[] kept) {
    int steps = parameter.length;
    Column[] out = new Column[kept.length];
    for (int group = 0; group < grouping.size(); group++) {
      for (int step = 0; step < steps; step++) {
        int[] ids = chosen[group][step];
        for (int i = 1; ids != null && i <= ids[0]; i++) {
          if (out[ids[i]] == null) {
            evaluation.reserveColumns(evaluation.site(), 1, steps);
            out[ids[i]] = new Column(steps);
          }
          out[ids[i]].copy(step, kept[ids[i]], step);
        }
      }
    }
    var all = new Materialized(evaluation);
    for (int series = 0; series < out.length; series++) {
      if (out[series] != null) {
        all.add(input.labels(series), input.dropsName(series), out[series]);
      }
    }
    return all;
  }
}
