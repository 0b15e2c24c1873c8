package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.VectorMatching;
import io.narthex.query.promql.ast.VectorMatching.Cardinality;
import io.narthex.query.promql.function.Column;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A binary operator between two vectors whose match groups are plain: one series at most on the one
 * side of each, and no two results with the same labels. Streams the side that may repeat; of the
 * other it holds only what is used again.
 */
final class VectorVector implements Operand.Vector {
  /** What is kept of each result: its places and labels. */
  private static final long RESULT_BYTES = 256;

  private final Evaluation evaluation;
  private final Sides sides;
  private final Expr site;
  private final int[] manySeries;
  private final int[] oneSeries;
  private final Labels[] labels;
  private final Column[] held;
  private final boolean reuses;
  private final Column manyColumn;
  private final Column oneColumn;

  /**
   * The two sides of an operation.
   *
   * @param many the side that may repeat
   * @param one the other
   * @param swapped whether the side that may repeat stands on the right
   */
  record Sides(
      Operand.Vector many,
      Operand.Vector one,
      boolean swapped,
      VectorMatching matching,
      ElementOperation operation) {

    static Sides of(
        Operand.Vector left,
        Operand.Vector right,
        VectorMatching matching,
        ElementOperation operation) {
      return matching.cardinality() == Cardinality.ONE_TO_MANY
          ? new Sides(right, left, true, matching, operation)
          : new Sides(left, right, false, matching, operation);
    }

    boolean oneToOne() {
      return matching.cardinality() == Cardinality.ONE_TO_ONE;
    }

    long[] apply(Column manyColumn, Column oneColumn, Column out) {
      return swapped
          ? operation.apply(oneColumn, manyColumn, out, false)
          : operation.apply(manyColumn, oneColumn, out, false);
    }
  }

  private VectorVector(
      Evaluation evaluation,
      Sides sides,
      int[] manySeries,
      int[] oneSeries,
      Labels[] labels,
      int steps) {
    this.evaluation = evaluation;
    site = evaluation.site();
    this.sides = sides;
    this.manySeries = manySeries;
    this.oneSeries = oneSeries;
    this.labels = labels;
    reuses = !sides.oneToOne();
    held = new Column[reuses ? sides.one.size() : 0];
    manyColumn = new Column(steps);
    oneColumn = new Column(steps);
  }

  @Override
  public Operand.@Nullable Vector twin(Evaluation helper) {
    if (reuses) {
      return null;
    }
    Operand.@Nullable Vector many = sides.many.twin(helper);
    Operand.@Nullable Vector one = sides.one.twin(helper);
    return many == null || one == null
        ? null
        : new VectorVector(
            helper,
            new Sides(
                many,
                one,
                sides.swapped,
                sides.matching,
                sides.operation.noting(helper.annotations())),
            manySeries,
            oneSeries,
            labels,
            manyColumn.steps());
  }

  /** Plans an operation; the general way where groups are not plain. */
  static Operand.Vector of(Evaluation evaluation, Sides sides, int steps) {
    Operand.@Nullable Vector plain = plain(evaluation, sides, steps);
    return plain != null ? plain : new GroupMatching(evaluation, sides, steps).result();
  }

  private static Operand.@Nullable Vector plain(Evaluation evaluation, Sides sides, int steps) {
    VectorMatching matching = sides.matching;
    if (matching.fillLeft() != null || matching.fillRight() != null) {
      return null;
    }
    var join = new Join(evaluation, matching, sides.many, sides.one);
    List<List<Integer>> ones = join.rightMembers();
    List<List<Integer>> manys = join.leftMembers();
    int results = 0;
    for (int group = 0; group < join.groups(); group++) {
      int inGroup = manys.get(group).size();
      if (ones.get(group).size() > 1 || (sides.oneToOne() && inGroup > 1)) {
        return null;
      }
      results += ones.get(group).isEmpty() ? 0 : inGroup;
    }
    var matched = new MatchedLabels(evaluation, matching, sides.operation.changesSchema());
    evaluation.reserve(RESULT_BYTES * results);
    int[] manySeries = new int[results];
    int[] oneSeries = new int[results];
    Labels[] labels = new Labels[results];
    var seen = new HashSet<Labels>();
    int at = 0;
    for (int many = 0; many < sides.many.size(); many++) {
      List<Integer> candidates = ones.get(join.leftGroup(many));
      if (candidates.isEmpty()) {
        continue;
      }
      if ((many & 0xff) == 0) {
        evaluation.checkpoint();
      }
      int one = candidates.get(0);
      manySeries[at] = many;
      oneSeries[at] = one;
      labels[at] = matched.of(sides.many.labels(many), sides.one.labels(one));
      if (!seen.add(labels[at++])) {
        return null;
      }
    }
    return new VectorVector(evaluation, sides, manySeries, oneSeries, labels, steps);
  }

  @Override
  public int size() {
    return labels.length;
  }

  @Override
  public Labels labels(int series) {
    return labels[series];
  }

  @Override
  public boolean dropsName(int series) {
    return sides.operation.returnsBool() || sides.many.dropsName(manySeries[series]);
  }

  @Override
  public void evaluate(int series, Column out) {
    manyColumn.clear();
    sides.many.evaluate(manySeries[series], manyColumn);
    sides.apply(manyColumn, one(oneSeries[series]), out);
  }

  private Column one(int series) {
    if (!reuses) {
      oneColumn.clear();
      sides.one.evaluate(series, oneColumn);
      return oneColumn;
    }
    Column column = held[series];
    if (column == null) {
      column = new Column(oneColumn.steps());
      evaluation.hold(site, column.steps());
      sides.one.evaluate(series, column);
      evaluation.holdHistograms(site, column);
      held[series] = column;
    }
    return column;
  }
}
