package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.VectorMatching.Cardinality;
import io.narthex.query.promql.exec.VectorVector.Sides;
import io.narthex.query.promql.function.Column;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A binary operator between two vectors, for all that {@link VectorVector} leaves out: several
 * series of the one side in a group (one after the other in time), filled gaps, results that share
 * their labels. Holds both sides.
 */
final class GroupMatching {
  private final Evaluation evaluation;
  private final Sides sides;
  private final int steps;
  private final Expr site;
  private final MatchedLabels matched;
  private final Materialized many;
  private final Materialized one;
  private final Join join;
  private final Map<Labels, Result> results = new LinkedHashMap<>();

  private record Result(Column column, boolean dropsName) {}

  GroupMatching(Evaluation evaluation, Sides sides, int steps) {
    this.evaluation = evaluation;
    this.sides = sides;
    this.steps = steps;
    site = evaluation.site();
    matched = new MatchedLabels(evaluation, sides.matching(), sides.operation().changesSchema());
    many = Materialized.of(evaluation, sides.many(), steps);
    one = Materialized.of(evaluation, sides.one(), steps);
    join = new Join(evaluation, sides.matching(), many, one);
  }

  Operand.Vector result() {
    List<List<Integer>> manys = join.leftMembers();
    List<List<Integer>> ones = join.rightMembers();
    long[] anyMany = anywhere(many);
    for (int group = 0; group < join.groups(); group++) {
      group(manys.get(group), new OneSide(ones.get(group), anyMany));
    }
    var all = new Materialized(evaluation);
    results.forEach(
        (labels, result) -> {
          if (!result.column.isEmpty()) {
            all.add(labels, result.dropsName, result.column);
          }
        });
    return all;
  }

  private long[] anywhere(Materialized vector) {
    long[] present = new long[(steps + 63) >>> 6];
    for (int i = 0; i < vector.size(); i++) {
      or(present, vector.column(i).present());
    }
    return present;
  }

  /** The series of one group on the side that must not repeat, as one column. */
  private final class OneSide {
    private final List<Integer> members;
    private final Column column = new Column(steps);
    private final int[] source = new int[steps];

    OneSide(List<Integer> members, long[] anyMany) {
      this.members = members;
      Arrays.fill(source, -1);
      for (int series : members) {
        Column from = one.column(series);
        for (int step = 0; step < steps; step++) {
          if (!from.has(step)) {
            continue;
          }
          if (source[step] >= 0 && (anyMany[step >>> 6] & (1L << step)) != 0) {
            throw duplicate(series, source[step]);
          }
          source[step] = series;
          column.copy(step, from, step);
        }
      }
    }

    private RuntimeException duplicate(int series, int before) {
      String side = sides.matching().cardinality() == Cardinality.ONE_TO_MANY ? "left" : "right";
      return Evaluation.fault(
          "found duplicate series for the match group "
              + join.key(one.labels(series))
              + " on the "
              + side
              + " hand-side of the operation: ["
              + one.labels(before)
              + ", "
              + one.labels(series)
              + "];many-to-many matching not allowed: matching labels must be unique on one side");
    }

    /** The steps that come from one series. */
    Column of(int series) {
      if (members.size() == 1) {
        return column;
      }
      var part = new Column(steps);
      for (int step = 0; step < steps; step++) {
        if (source[step] == series) {
          part.copy(step, column, step);
        }
      }
      return part;
    }
  }

  private void group(List<Integer> manys, OneSide ones) {
    var taken = new HashMap<Labels, long[]>();
    long[] paired = new long[(steps + 63) >>> 6];
    @Nullable Double fillOne = sides.matching().fillRight();
    for (int series : manys) {
      Labels labels = many.labels(series);
      boolean drops = many.dropsName(series);
      Column column = many.column(series);
      if (!matched.includes() && !ones.members.isEmpty()) {
        pair(column, ones.column, matched.of(labels, Labels.EMPTY), drops, taken, paired);
      } else {
        for (int other : ones.members) {
          Labels result = matched.of(labels, one.labels(other));
          pair(column, ones.of(other), result, drops, taken, paired);
        }
      }
      if (fillOne != null) {
        Column fill = filled(fillOne, ones.column);
        Labels result = matched.of(labels, join.key(labels));
        pair(column, fill, result, drops, taken, paired);
      }
    }
    fillMany(ones, taken, paired);
  }

  private void fillMany(OneSide ones, Map<Labels, long[]> taken, long[] paired) {
    @Nullable Double fill = sides.matching().fillLeft();
    if (fill == null || ones.members.isEmpty()) {
      return;
    }
    var gaps = new Column(steps);
    for (int step = 0; step < steps; step++) {
      if ((paired[step >>> 6] & (1L << step)) == 0) {
        gaps.set(step, fill);
      }
    }
    for (int other : ones.members) {
      Labels labels = one.labels(other);
      Labels result = matched.of(join.key(labels), labels);
      pair(gaps, ones.of(other), result, false, taken, paired);
    }
  }

  /** A column that has the fill value wherever another has nothing. */
  private Column filled(double value, Column other) {
    var fill = new Column(steps);
    for (int step = 0; step < steps; step++) {
      if (!other.has(step)) {
        fill.set(step, value);
      }
    }
    return fill;
  }

  private void pair(
      Column manyColumn,
      Column oneColumn,
      Labels labels,
      boolean drops,
      Map<Labels, long[]> taken,
      long[] paired) {
    evaluation.checkpoint();
    evaluation.reserveColumns(site, 1, steps);
    var out = new Column(steps);
    long[] possible = sides.apply(manyColumn, oneColumn, out);
    evaluation.holdHistograms(site, out);
    if (sides.oneToOne()) {
      if (overlap(paired, possible)) {
        throw Evaluation.fault(
            "multiple matches for labels: many-to-one matching must be explicit"
                + " (group_left/group_right)");
      }
    } else {
      long[] before = taken.computeIfAbsent(labels, key -> new long[possible.length]);
      if (overlap(before, possible)) {
        throw Evaluation.fault(
            "multiple matches for labels: grouping labels must ensure unique matches");
      }
      or(before, possible);
    }
    or(paired, possible);
    Result result = results.get(labels);
    if (result == null) {
      results.put(labels, new Result(out, sides.operation().returnsBool() || drops));
    } else {
      Relabeled.merge(out, result.column);
    }
  }

  private static boolean overlap(long[] a, long[] b) {
    for (int word = 0; word < a.length; word++) {
      if ((a[word] & b[word]) != 0) {
        return true;
      }
    }
    return false;
  }

  private static void or(long[] into, long[] from) {
    for (int word = 0; word < into.length; word++) {
      into[word] |= from[word];
    }
  }
}
