package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.wire.DoubleText;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.histogram.HistogramText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code count_values}: counts elements by their value, which becomes a label. */
final class CountValues {
  /** What a count takes besides its column and the bytes of its labels. */
  private static final long SERIES_BYTES = 192;

  private final Evaluation evaluation;
  private final String label;
  private final Set<String> grouping;
  private final boolean without;
  private final int steps;
  private final Map<Labels, Column> counts = new LinkedHashMap<>();

  CountValues(
      Evaluation evaluation, String label, List<String> grouping, boolean without, int steps) {
    this.evaluation = evaluation;
    this.label = label;
    this.grouping = new HashSet<>(grouping);
    this.without = without;
    this.steps = steps;
    if (!without) {
      this.grouping.add(label);
    }
  }

  Operand.Vector of(Operand.Vector input) {
    Sweep.over(
        evaluation,
        input,
        steps,
        (series, column) -> {
          count(input.labels(series), column);
          return false;
        });
    var all = new Materialized(evaluation);
    counts.forEach((labels, count) -> all.add(labels, false, count));
    return all;
  }

  private void count(Labels labels, Column column) {
    var columns = new HashMap<String, Column>();
    for (int step = 0; step < steps; step++) {
      if (column.has(step)) {
        String value = text(column, step);
        Column count = columns.computeIfAbsent(value, text -> countOf(labels, text));
        count.set(step, count.has(step) ? count.values()[step] + 1 : 1);
      }
    }
  }

  private Column countOf(Labels labels, String value) {
    Labels valued = labels.toBuilder().set(label, value).build();
    return counts.computeIfAbsent(
        Grouping.key(valued, grouping, without),
        key -> {
          evaluation.reserve(SERIES_BYTES + key.bytes().length);
          evaluation.reserveColumns(evaluation.site(), 1, steps);
          return new Column(steps);
        });
  }

  private static String text(Column column, int step) {
    @Nullable FloatHistogram histogram = column.histogram(step);
    return histogram != null
        ? HistogramText.of(histogram)
        : DoubleText.plain(column.values()[step]);
  }
}
