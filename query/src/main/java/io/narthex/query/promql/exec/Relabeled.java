package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A vector under other labels. Series that come to have the same labels become one; it is an error
 * if two of them have something at the same step.
 */
final class Relabeled implements Operand.Vector {
  /** What is kept of each series: its labels and its places. */
  private static final long SERIES_BYTES = 192;

  private final Evaluation evaluation;
  private final Operand.Vector input;
  private final List<Labels> labels;
  private final List<int[]> members;
  private final IntPredicate dropsName;
  private final Column scratch;

  /**
   * @param renamed labels of each series of the input
   * @param dropsName by series of the input
   */
  Relabeled(
      Evaluation evaluation,
      Operand.Vector input,
      List<Labels> renamed,
      IntPredicate dropsName,
      int steps) {
    this.evaluation = evaluation;
    this.input = input;
    this.dropsName = dropsName;
    labels = new ArrayList<>();
    members = new ArrayList<>();
    evaluation.reserve(SERIES_BYTES * renamed.size());
    scratch = new Column(steps);
    var places = new HashMap<Labels, Integer>();
    for (int i = 0; i < renamed.size(); i++) {
      if ((i & 0xff) == 0) {
        evaluation.checkpoint();
      }
      Integer place = places.putIfAbsent(renamed.get(i), labels.size());
      if (place == null) {
        labels.add(renamed.get(i));
        members.add(new int[] {i});
      } else {
        int[] before = members.get(place);
        int[] more = Arrays.copyOf(before, before.length + 1);
        more[before.length] = i;
        members.set(place, more);
      }
    }
  }

  private Relabeled(Relabeled other, Operand.Vector input, Evaluation helper) {
    evaluation = helper;
    this.input = input;
    dropsName = other.dropsName;
    labels = other.labels;
    members = other.members;
    scratch = new Column(other.scratch.steps());
  }

  @Override
  public Operand.@Nullable Vector twin(Evaluation helper) {
    Operand.@Nullable Vector twin = input.twin(helper);
    return twin == null ? null : new Relabeled(this, twin, helper);
  }

  /** The vector with series of the same labels, which are never there at the same step, as one. */
  static Operand.Vector merged(Evaluation evaluation, Operand.Vector input, int steps) {
    var labels = new ArrayList<Labels>(input.size());
    for (int i = 0; i < input.size(); i++) {
      labels.add(input.labels(i));
    }
    return new HashSet<>(labels).size() == labels.size()
        ? input
        : new Relabeled(evaluation, input, labels, input::dropsName, steps);
  }

  /** The vector without the names that are to be dropped, where the engine drops them at once. */
  static Operand.Vector withoutNames(Evaluation evaluation, Operand.Vector input, int steps) {
    boolean any = false;
    var renamed = new ArrayList<Labels>(input.size());
    for (int i = 0; i < input.size(); i++) {
      if ((i & 0xff) == 0) {
        evaluation.checkpoint();
      }
      any |= input.dropsName(i);
      renamed.add(input.dropsName(i) ? evaluation.withoutName(input.labels(i)) : input.labels(i));
    }
    return any ? new Relabeled(evaluation, input, renamed, i -> false, steps) : input;
  }

  @Override
  public int size() {
    return labels.size();
  }

  @Override
  public Labels labels(int series) {
    return labels.get(series);
  }

  @Override
  public boolean dropsName(int series) {
    return dropsName.test(members.get(series)[0]);
  }

  @Override
  public void evaluate(int series, Column out) {
    int[] inputs = members.get(series);
    input.evaluate(inputs[0], out);
    for (int i = 1; i < inputs.length; i++) {
      evaluation.checkpoint();
      scratch.clear();
      input.evaluate(inputs[i], scratch);
      merge(scratch, out);
    }
  }

  /** Adds a column to another that must have nothing at the same steps. */
  static void merge(Column from, Column into) {
    for (int word = 0; word < from.present().length; word++) {
      if ((from.present()[word] & into.present()[word]) != 0) {
        throw Evaluation.sameLabels();
      }
    }
    for (int step = 0; step < from.steps(); step++) {
      if (from.has(step)) {
        into.copy(step, from, step);
      }
    }
  }
}
