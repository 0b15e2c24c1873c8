package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.BinaryOp;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.VectorMatching;
import io.narthex.query.promql.function.Column;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code and}, {@code unless} and {@code or}: elements of one side depending on whether the other
 * has one in the same match group at the same step.
 */
final class SetOperation implements Operand.Vector {
  private final Evaluation evaluation;
  private final Expr site;
  private final BinaryOp op;
  private final Operand.Vector left;
  private final Operand.Vector right;
  private final Join join;

  /** By group: where the side that decides has anything; null where it never can. */
  private final long[][] decided;

  SetOperation(
      Evaluation evaluation,
      BinaryOp op,
      VectorMatching matching,
      Operand.Vector left,
      Operand.Vector right,
      int steps) {
    this.op = op;
    this.evaluation = evaluation;
    site = evaluation.site();
    this.right = right;
    if (op == BinaryOp.OR) {
      var held = Materialized.of(evaluation, left, steps);
      this.left = held;
      join = new Join(evaluation, matching, held, right);
      decided = new long[join.groups()][];
      for (int i = 0; i < held.size(); i++) {
        mark(join.leftGroup(i), held.column(i));
      }
    } else {
      this.left = left;
      join = new Join(evaluation, matching, left, right);
      decided = new long[join.groups()][];
      decideRight(steps);
    }
  }

  private SetOperation(SetOperation other, Operand.Vector left, Evaluation helper) {
    op = other.op;
    evaluation = helper;
    site = other.site;
    right = other.right;
    this.left = left;
    join = other.join;
    decided = other.decided;
  }

  @Override
  public Operand.@Nullable Vector twin(Evaluation helper) {
    Operand.@Nullable Vector twin = op == BinaryOp.OR ? null : left.twin(helper);
    return twin == null ? null : new SetOperation(this, twin, helper);
  }

  private void decideRight(int steps) {
    List<List<Integer>> wanted = join.leftMembers();
    int[] series = new int[right.size()];
    int size = 0;
    for (int i = 0; i < series.length; i++) {
      if (!wanted.get(join.rightGroup(i)).isEmpty()) {
        series[size++] = i;
      }
    }
    int[] deciding = Arrays.copyOf(series, size);
    Sweep.over(
        evaluation,
        new Part(right, deciding),
        steps,
        (i, column) -> {
          mark(join.rightGroup(deciding[i]), column);
          return false;
        });
  }

  /** Some series of a vector. */
  private record Part(Operand.Vector whole, int[] series) implements Operand.Vector {
    @Override
    public Operand.@Nullable Vector twin(Evaluation helper) {
      Operand.@Nullable Vector twin = whole.twin(helper);
      return twin == null ? null : new Part(twin, series);
    }

    @Override
    public int size() {
      return series.length;
    }

    @Override
    public Labels labels(int at) {
      return whole.labels(series[at]);
    }

    @Override
    public boolean dropsName(int at) {
      return whole.dropsName(series[at]);
    }

    @Override
    public void evaluate(int at, Column out) {
      whole.evaluate(series[at], out);
    }
  }

  private void mark(int group, Column column) {
    long[] present = decided[group];
    if (present == null) {
      evaluation.reserve(site, (long) Long.BYTES * column.present().length);
      decided[group] = column.present().clone();
      return;
    }
    for (int word = 0; word < present.length; word++) {
      present[word] |= column.present()[word];
    }
  }

  @Override
  public int size() {
    return op == BinaryOp.OR ? left.size() + right.size() : left.size();
  }

  @Override
  public Labels labels(int series) {
    return series < left.size() ? left.labels(series) : right.labels(series - left.size());
  }

  @Override
  public boolean dropsName(int series) {
    return series < left.size() ? left.dropsName(series) : right.dropsName(series - left.size());
  }

  @Override
  public void evaluate(int series, Column out) {
    if (op == BinaryOp.OR) {
      either(series, out);
      return;
    }
    int group = join.leftGroup(series);
    if (op == BinaryOp.AND && decided[group] == null) {
      return;
    }
    left.evaluate(series, out);
    if (decided[group] != null) {
      out.keep(decided[group], op == BinaryOp.AND);
    }
  }

  private void either(int series, Column out) {
    if (series < left.size()) {
      left.evaluate(series, out);
      return;
    }
    int other = series - left.size();
    right.evaluate(other, out);
    long[] hidden = decided[join.rightGroup(other)];
    if (hidden != null) {
      out.keep(hidden, false);
    }
  }
}
