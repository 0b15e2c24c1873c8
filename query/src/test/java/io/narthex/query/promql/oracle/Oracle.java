package io.narthex.query.promql.oracle;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.DurationValue;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.TimeModifier;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Evaluates one query over series of floats, one step after the other. */
final class Oracle {
  static final long LOOKBACK = 300_000;
  private static final long SUBQUERY_STEP = 60_000;

  private final Map<Labels, NavigableMap<Long, Double>> series;
  private final long start;
  private final long end;

  /** An element of a vector at one time. */
  record Element(Labels labels, double value) {}

  /** A sample of a range. */
  record Point(long time, double value) {}

  /** The samples of one series within a range. */
  record Window(Labels labels, List<Point> points) {}

  /** The ranges at one time; both ends in milliseconds, the first excluded. */
  record Ranges(long from, long to, List<Window> windows) {}

  /** A query that cannot be computed. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refused(String message) {
      super(message);
    }
  }

  /** A query whose answer depends on an order that is nowhere fixed. */
  static final class Ambiguous extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private Oracle(Map<Labels, NavigableMap<Long, Double>> series, long start, long end) {
    this.series = series;
    this.start = start;
    this.end = end;
  }

  /**
   * Evaluates a query at all steps.
   *
   * @return values by labels and time; a scalar has no labels
   * @throws Refused if it fails
   * @throws Ambiguous if several answers are right
   */
  static Map<Labels, NavigableMap<Long, Double>> evaluate(
      Map<Labels, NavigableMap<Long, Double>> series,
      String query,
      long start,
      long end,
      long step) {
    Expr expr = PromqlParser.parse(query, ParseOptions.ALL);
    var oracle = new Oracle(series, start, end);
    Map<Labels, NavigableMap<Long, Double>> result = new TreeMap<>();
    for (long time = start; time <= end; time += Math.max(1, step)) {
      List<Element> elements =
          expr.type() == ValueType.SCALAR
              ? List.of(new Element(Labels.EMPTY, oracle.scalar(expr, time)))
              : oracle.vector(expr, time);
      for (Element element : elements) {
        result.computeIfAbsent(element.labels, key -> new TreeMap<>()).put(time, element.value);
      }
    }
    return result;
  }

  double scalar(Expr expr, long time) {
    Expr bare = bare(expr);
    if (bare instanceof Expr.NumberLiteral number) {
      return number.value();
    }
    if (bare instanceof Expr.Unary unary) {
      double value = scalar(unary.expr(), time);
      return unary.negative() ? -value : value;
    }
    if (bare instanceof Expr.Binary binary) {
      double left = scalar(binary.left(), time);
      double right = scalar(binary.right(), time);
      return binary.op().isComparison()
          ? OracleOperators.compare(binary.op(), left, right) ? 1 : 0
          : OracleOperators.arithmetic(binary.op(), left, right);
    }
    var call = (Expr.Call) bare;
    return switch (call.function().name()) {
      case "time" -> time / 1000d;
      case "pi" -> Math.PI;
      case "scalar" -> {
        List<Element> elements = vector(call.arguments().get(0), time);
        yield elements.size() == 1 ? elements.get(0).value : Double.NaN;
      }
      default -> throw new IllegalStateException("no scalar: " + call.function().name());
    };
  }

  /** The elements of an instant vector, no two with the same labels. */
  List<Element> vector(Expr expr, long time) {
    Expr bare = bare(expr);
    List<Element> elements;
    if (bare instanceof Expr.VectorSelector selector) {
      elements = new ArrayList<>();
      newest(selector, time)
          .forEach((labels, point) -> elements.add(new Element(labels, point.value)));
    } else if (bare instanceof Expr.Unary unary) {
      elements = new ArrayList<>();
      for (Element element : vector(unary.expr(), time)) {
        elements.add(
            unary.negative() ? new Element(unnamed(element.labels), -element.value) : element);
      }
    } else if (bare instanceof Expr.Binary binary) {
      elements = new OracleOperators(this).evaluate(binary, time);
    } else if (bare instanceof Expr.Aggregate aggregate) {
      elements = new OracleAggregates(this).evaluate(aggregate, time);
    } else {
      elements = new OracleFunctions(this).evaluate((Expr.Call) bare, time);
    }
    return unique(elements);
  }

  private static List<Element> unique(List<Element> elements) {
    Set<Labels> seen = new HashSet<>();
    for (Element element : elements) {
      if (!seen.add(element.labels)) {
        throw new Refused("two elements with labels " + element.labels);
      }
    }
    return elements;
  }

  /** For each series the newest sample that is not too old and no mark of staleness. */
  Map<Labels, Point> newest(Expr.VectorSelector selector, long time) {
    long at = moment(selector.time(), time);
    Map<Labels, Point> found = new TreeMap<>();
    for (var entry : matching(selector.matchers()).entrySet()) {
      Map.Entry<Long, Double> sample = entry.getValue().floorEntry(at);
      if (sample != null
          && sample.getKey() > at - LOOKBACK
          && !OracleData.isStale(sample.getValue())) {
        found.put(entry.getKey(), new Point(sample.getKey(), sample.getValue()));
      }
    }
    return found;
  }

  /** The samples of a range selector or sub-query. */
  Ranges ranges(Expr expr, long time) {
    Expr bare = bare(expr);
    if (bare instanceof Expr.MatrixSelector selector) {
      long to = moment(selector.vector().time(), time);
      long from = to - millis(selector.range());
      var windows = new ArrayList<Window>();
      for (var entry : matching(selector.vector().matchers()).entrySet()) {
        var points = new ArrayList<Point>();
        entry
            .getValue()
            .subMap(from, false, to, true)
            .forEach(
                (at, value) -> {
                  if (!OracleData.isStale(value)) {
                    points.add(new Point(at, value));
                  }
                });
        addUnlessEmpty(windows, entry.getKey(), points);
      }
      return new Ranges(from, to, windows);
    }
    var subquery = (Expr.Subquery) bare;
    long to = moment(subquery.time(), time);
    long from = to - millis(subquery.range());
    @Nullable DurationValue written = subquery.step();
    long interval = written == null ? SUBQUERY_STEP : millis(written);
    Map<Labels, List<Point>> bySeries = new TreeMap<>();
    for (long at = (Math.floorDiv(from, interval) + 1) * interval; at <= to; at += interval) {
      if (subquery.expr().type() == ValueType.SCALAR) {
        bySeries
            .computeIfAbsent(Labels.EMPTY, key -> new ArrayList<>())
            .add(new Point(at, scalar(subquery.expr(), at)));
        continue;
      }
      for (Element element : vector(subquery.expr(), at)) {
        bySeries
            .computeIfAbsent(element.labels, key -> new ArrayList<>())
            .add(new Point(at, element.value));
      }
    }
    var windows = new ArrayList<Window>();
    bySeries.forEach((labels, points) -> addUnlessEmpty(windows, labels, points));
    return new Ranges(from, to, windows);
  }

  private static void addUnlessEmpty(List<Window> windows, Labels labels, List<Point> points) {
    if (!points.isEmpty()) {
      windows.add(new Window(labels, points));
    }
  }

  private Map<Labels, NavigableMap<Long, Double>> matching(List<Matcher> matchers) {
    Map<Labels, NavigableMap<Long, Double>> found = new TreeMap<>();
    series.forEach(
        (labels, samples) -> {
          boolean all = true;
          for (Matcher matcher : matchers) {
            String value = labels.get(matcher.name());
            all &=
                switch (matcher.type()) {
                  case EQUAL -> value.equals(matcher.value());
                  case NOT_EQUAL -> !value.equals(matcher.value());
                  case REGEX -> value.matches(matcher.value());
                  case NOT_REGEX -> !value.matches(matcher.value());
                };
          }
          if (all) {
            found.put(labels, samples);
          }
        });
    return found;
  }

  private long moment(TimeModifier modifier, long time) {
    TimeModifier.At at = modifier.at();
    long base = time;
    if (at instanceof TimeModifier.At.Timestamp timestamp) {
      base = timestamp.millis();
    } else if (at instanceof TimeModifier.At.Start) {
      base = start;
    } else if (at instanceof TimeModifier.At.End) {
      base = end;
    }
    @Nullable DurationValue offset = modifier.offset();
    return offset == null ? base : base - millis(offset);
  }

  private static long millis(DurationValue duration) {
    return ((DurationValue.Literal) duration).millis();
  }

  static Labels unnamed(Labels labels) {
    return labels.without(List.of(Labels.METRIC_NAME));
  }

  static Expr bare(Expr expr) {
    return expr instanceof Expr.Paren paren ? bare(paren.expr()) : expr;
  }
}
