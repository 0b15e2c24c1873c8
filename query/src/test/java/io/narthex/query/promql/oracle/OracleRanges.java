package io.narthex.query.promql.oracle;

import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.oracle.Oracle.Element;
import io.narthex.query.promql.oracle.Oracle.Point;
import io.narthex.query.promql.oracle.Oracle.Ranges;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/** Functions over ranges of samples. */
final class OracleRanges {
  private final Oracle oracle;

  OracleRanges(Oracle oracle) {
    this.oracle = oracle;
  }

  List<Element> evaluate(Expr.Call call, Expr range, long time) {
    String name = call.function().name();
    var scalars = new ArrayList<Double>();
    for (Expr argument : call.arguments()) {
      if (argument.type() == ValueType.SCALAR) {
        scalars.add(oracle.scalar(argument, time));
      }
    }
    Ranges ranges = oracle.ranges(range, time);
    if (name.equals("absent_over_time")) {
      return OracleFunctions.absent(range, ranges.windows().isEmpty());
    }
    boolean keepsName = name.equals("last_over_time") || name.equals("first_over_time");
    var result = new ArrayList<Element>();
    for (var window : ranges.windows()) {
      OptionalDouble value = value(name, scalars, window.points(), ranges, time);
      Labels labels = keepsName ? window.labels() : Oracle.unnamed(window.labels());
      value.ifPresent(v -> result.add(new Element(labels, v)));
    }
    return result;
  }

  private static OptionalDouble value(
      String name, List<Double> scalars, List<Point> points, Ranges ranges, long time) {
    double[] values = points.stream().mapToDouble(Point::value).toArray();
    Point last = points.get(points.size() - 1);
    return switch (name) {
      case "sum_over_time" -> OptionalDouble.of(OracleMaths.sum(values));
      case "avg_over_time" -> OptionalDouble.of(OracleMaths.sum(values) / values.length);
      case "min_over_time" -> OptionalDouble.of(OracleMaths.least(values));
      case "max_over_time" -> OptionalDouble.of(OracleMaths.greatest(values));
      case "count_over_time" -> OptionalDouble.of(values.length);
      case "last_over_time" -> OptionalDouble.of(last.value());
      case "first_over_time" -> OptionalDouble.of(values[0]);
      case "present_over_time" -> OptionalDouble.of(1);
      case "stddev_over_time" -> OptionalDouble.of(Math.sqrt(OracleMaths.variance(values)));
      case "stdvar_over_time" -> OptionalDouble.of(OracleMaths.variance(values));
      case "quantile_over_time" -> OptionalDouble.of(OracleMaths.quantile(scalars.get(0), values));
      case "changes" -> OptionalDouble.of(changes(values));
      case "resets" -> OptionalDouble.of(resets(values));
      case "rate", "increase", "delta" -> growth(name, points, ranges);
      case "irate", "idelta" -> newest(name, points);
      case "deriv" -> points.size() < 2 ? OptionalDouble.empty() : OptionalDouble.of(slope(points));
      case "predict_linear" ->
          points.size() < 2
              ? OptionalDouble.empty()
              : OptionalDouble.of(value(points, time) + slope(points) * scalars.get(0));
      case "mad_over_time" -> {
        double middle = OracleMaths.quantile(0.5, values);
        double[] deviations = new double[values.length];
        for (int i = 0; i < values.length; i++) {
          deviations[i] = Math.abs(values[i] - middle);
        }
        boolean anyNan = Arrays.stream(values).anyMatch(Double::isNaN); // which is not left out
        yield OptionalDouble.of(anyNan ? Double.NaN : OracleMaths.quantile(0.5, deviations));
      }
      case "double_exponential_smoothing" -> smoothed(values, scalars.get(0), scalars.get(1));
      default -> throw new IllegalStateException("unknown function: " + name);
    };
  }

  private static double changes(double[] values) {
    int changes = 0;
    for (int i = 1; i < values.length; i++) {
      boolean bothNaN = Double.isNaN(values[i]) && Double.isNaN(values[i - 1]);
      changes += values[i] != values[i - 1] && !bothNaN ? 1 : 0;
    }
    return changes;
  }

  private static double resets(double[] values) {
    int resets = 0;
    for (int i = 1; i < values.length; i++) {
      resets += values[i] < values[i - 1] ? 1 : 0;
    }
    return resets;
  }

  /** What a counter or gauge grew by, extrapolated to the range. */
  private static OptionalDouble growth(String name, List<Point> points, Ranges ranges) {
    if (points.size() < 2) {
      return OptionalDouble.empty();
    }
    boolean isCounter = !name.equals("delta");
    Point first = points.get(0);
    Point last = points.get(points.size() - 1);
    double growth = last.value() - first.value();
    for (int i = 1; isCounter && i < points.size(); i++) {
      if (points.get(i).value() < points.get(i - 1).value()) {
        growth += points.get(i - 1).value();
      }
    }
    double covered = (last.time() - first.time()) / 1000d;
    double between = covered / (points.size() - 1);
    double before = (first.time() - ranges.from()) / 1000d;
    double after = (ranges.to() - last.time()) / 1000d;
    if (before >= between * 1.1) {
      before = between / 2;
    }
    if (isCounter && growth > 0 && first.value() >= 0) {
      before = Math.min(before, covered * (first.value() / growth));
    }
    if (after >= between * 1.1) {
      after = between / 2;
    }
    double whole = growth * ((covered + before + after) / covered);
    double seconds = (ranges.to() - ranges.from()) / 1000d;
    return OptionalDouble.of(name.equals("rate") ? whole / seconds : whole);
  }

  private static OptionalDouble newest(String name, List<Point> points) {
    if (points.size() < 2) {
      return OptionalDouble.empty();
    }
    Point last = points.get(points.size() - 1);
    Point before = points.get(points.size() - 2);
    if (name.equals("idelta")) {
      return OptionalDouble.of(last.value() - before.value());
    }
    double growth = last.value() < before.value() ? last.value() : last.value() - before.value();
    return OptionalDouble.of(growth / ((last.time() - before.time()) / 1000d));
  }

  /** The slope of the line with the least squares, per second. */
  private static double slope(List<Point> points) {
    double first = points.get(0).value();
    if (Double.isFinite(first) && points.stream().allMatch(point -> point.value() == first)) {
      return 0; // the mean of large values may be rounded
    }
    double meanTime = meanTime(points);
    double meanValue = meanValue(points);
    double above = 0;
    double below = 0;
    for (Point point : points) {
      double x = seconds(points, point.time()) - meanTime;
      above += x * (point.value() - meanValue);
      below += x * x;
    }
    return above / below;
  }

  /** The value of that line at a time. */
  private static double value(List<Point> points, long time) {
    return meanValue(points) + slope(points) * (seconds(points, time) - meanTime(points));
  }

  private static double meanValue(List<Point> points) {
    return points.stream().mapToDouble(Point::value).average().orElseThrow();
  }

  private static double meanTime(List<Point> points) {
    return points.stream().mapToDouble(p -> seconds(points, p.time())).average().orElseThrow();
  }

  /** Seconds since the first point. */
  private static double seconds(List<Point> points, long time) {
    return (time - points.get(0).time()) / 1000d;
  }

  private static OptionalDouble smoothed(double[] values, double smoothing, double trend) {
    if (values.length < 2) {
      return OptionalDouble.empty();
    }
    double before = 0;
    double level = values[0];
    double slope = values[1] - values[0];
    for (int i = 1; i < values.length; i++) {
      double next = i == 1 ? slope : trend * (level - before) + (1 - trend) * slope;
      slope = next;
      double raised = smoothing * values[i] + (1 - smoothing) * (level + slope);
      before = level;
      level = raised;
    }
    return OptionalDouble.of(level);
  }
}
