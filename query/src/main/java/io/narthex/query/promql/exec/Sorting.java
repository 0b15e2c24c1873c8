package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.function.Column;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** {@code sort} and its kin: the order of an instant vector. */
final class Sorting {
  private Sorting() {}

  /** By value; NaN comes last either way. Histograms are left out. */
  static Operand.Vector byValue(Evaluation evaluation, Operand.Vector input, boolean descending) {
    var floats = new ColumnFunction(input, false, Column::keepFloats);
    Materialized all = Materialized.of(evaluation, floats, 1);
    Comparator<Integer> order =
        (a, b) -> {
          double x = all.column(a).values()[0];
          double y = all.column(b).values()[0];
          if (Double.isNaN(x) || Double.isNaN(y)) {
            return Boolean.compare(Double.isNaN(x), Double.isNaN(y));
          }
          int compared = x < y ? -1 : x > y ? 1 : 0;
          return descending ? -compared : compared;
        };
    return ordered(evaluation, all, order);
  }

  /** By the values of some labels in natural order, then by all labels. */
  static Operand.Vector byLabels(
      Evaluation evaluation, Operand.Vector input, List<String> names, boolean descending) {
    Materialized all = Materialized.of(evaluation, input, 1);
    Comparator<Integer> ascending =
        (a, b) -> {
          Labels x = all.labels(a);
          Labels y = all.labels(b);
          for (String name : names) {
            String left = x.get(name);
            String right = y.get(name);
            if (!left.equals(right)) {
              return NaturalOrder.before(left, right) ? -1 : 1;
            }
          }
          return x.compareTo(y);
        };
    return ordered(evaluation, all, descending ? ascending.reversed() : ascending);
  }

  private static Operand.Vector ordered(
      Evaluation evaluation, Materialized all, Comparator<Integer> order) {
    var sorted = new Materialized(evaluation);
    IntStream.range(0, all.size())
        .boxed()
        .sorted(evaluation.watched(order))
        .forEach(i -> sorted.add(all.labels(i), all.dropsName(i), all.column(i)));
    return sorted;
  }
}
