package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.annotation.Notes;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.Span;
import io.narthex.query.promql.function.ClassicHistogram;
import io.narthex.query.promql.function.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The histograms in a vector: native ones, and classic ones, each made of the series that differ in
 * their label {@code le} only.
 */
final class HistogramGroups {
  static final String BOUND = "le";

  /** What is kept of each series: its bucket, and a group at worst. */
  private static final long SERIES_BYTES = 192;

  private final Evaluation evaluation;
  private final Operand.Vector input;
  private final Span span;
  private final List<Group> groups = new ArrayList<>();
  private final int steps;
  private final Expr site;
  private final List<Column> pool = new ArrayList<>();
  private final Column plain;
  private final ClassicHistogram classic = new ClassicHistogram();

  private record Bucket(int series, double bound) {}

  /** What is known by one label set. */
  private static final class Group {
    private final Labels labels;
    private final List<Bucket> buckets = new ArrayList<>();
    private int plain = -1;

    Group(Labels labels) {
      this.labels = labels;
    }
  }

  /** What is computed of a histogram at a step. */
  interface Visitor {
    void classic(int group, int step, ClassicHistogram histogram);

    void exponential(int group, int step, FloatHistogram histogram);
  }

  /**
   * @param span of the argument, for annotations
   */
  HistogramGroups(Evaluation evaluation, Operand.Vector input, Span span, int steps) {
    this.evaluation = evaluation;
    this.input = input;
    this.span = span;
    this.steps = steps;
    site = evaluation.site();
    evaluation.reserve(SERIES_BYTES * input.size());
    plain = new Column(steps);
    Map<Labels, Group> byLabels = new LinkedHashMap<>();
    for (int series = 0; series < input.size(); series++) {
      if ((series & 0xff) == 0) {
        evaluation.checkpoint();
      }
      Labels labels = input.labels(series);
      @Nullable Double bound = bound(labels.get(BOUND));
      if (bound == null) {
        byLabels.computeIfAbsent(labels, Group::new).plain = series;
      } else {
        Labels key = labels.without(BOUND::equals);
        byLabels.computeIfAbsent(key, Group::new).buckets.add(new Bucket(series, bound));
      }
    }
    groups.addAll(byLabels.values());
    groups.forEach(group -> group.buckets.sort(Comparator.comparingDouble(Bucket::bound)));
  }

  int size() {
    return groups.size();
  }

  Labels labels(int group) {
    return groups.get(group).labels;
  }

  /** Evaluates a group and shows what it has at each step. */
  void visit(int index, Visitor visitor) {
    evaluation.checkpoint();
    Group group = groups.get(index);
    evaluation.hold(site, (long) group.buckets.size() * steps);
    Column[] columns = columns(group.buckets.size());
    for (int i = 0; i < columns.length; i++) {
      input.evaluate(group.buckets.get(i).series, columns[i]);
    }
    plain.clear();
    if (group.plain >= 0) {
      input.evaluate(group.plain, plain);
    }
    for (int step = 0; step < steps; step++) {
      fill(classic, group, columns, step);
      boolean single = plain.has(step);
      @Nullable FloatHistogram histogram = single ? plain.histogram(step) : null;
      if (single && histogram == null) {
        noteBadBound(group.labels);
      }
      if (histogram != null && !classic.isEmpty()) {
        String metric = metricName(group.labels);
        evaluation.annotations().warn(Notes.mixedClassicAndNative(metric), span);
      } else if (histogram != null) {
        visitor.exponential(index, step, histogram);
      } else if (!classic.isEmpty()) {
        visitor.classic(index, step, classic);
      }
    }
    evaluation.release((long) columns.length * steps);
  }

  /** Empty columns, the same ones for each group. */
  private Column[] columns(int size) {
    while (pool.size() < size) {
      pool.add(new Column(steps));
    }
    Column[] columns = pool.subList(0, size).toArray(new Column[0]);
    for (Column column : columns) {
      column.clear();
    }
    return columns;
  }

  /** The name for annotations: known only as long as names are not dropped. */
  String metricName(Labels labels) {
    return evaluation.delaysNames() ? labels.metricName() : "";
  }

  private static void fill(ClassicHistogram classic, Group group, Column[] columns, int step) {
    classic.clear();
    for (int i = 0; i < columns.length; i++) {
      if (columns[i].hasFloat(step)) {
        classic.add(group.buckets.get(i).bound, columns[i].values()[step]);
      }
    }
  }

  private void noteBadBound(Labels labels) {
    evaluation
        .annotations()
        .warn(Notes.badBucketLabel(metricName(labels), labels.get(BOUND)), span);
  }

  private static @Nullable Double bound(String text) {
    if (text.isEmpty() || Character.isWhitespace(text.charAt(0))) {
      return null;
    }
    return switch (text) {
      case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> number(text);
    };
  }

  private static @Nullable Double number(String text) {
    char last = text.charAt(text.length() - 1);
    if (!Character.isDigit(last) && last != '.') {
      return null;
    }
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
