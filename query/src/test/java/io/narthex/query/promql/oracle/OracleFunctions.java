package io.narthex.query.promql.oracle;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.query.promql.ast.Expr;
import io.narthex.query.promql.ast.ValueType;
import io.narthex.query.promql.oracle.Oracle.Element;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Functions that give vectors. */
final class OracleFunctions {
  private static final Map<String, DoubleUnaryOperator> PLAIN =
      Map.ofEntries(
          Map.entry("abs", Math::abs),
          Map.entry("ceil", Math::ceil),
          Map.entry("floor", Math::floor),
          Map.entry("sqrt", Math::sqrt),
          Map.entry("exp", Math::exp),
          Map.entry("ln", Math::log),
          Map.entry("log2", value -> Math.log(value) / Math.log(2)),
          Map.entry("log10", Math::log10),
          Map.entry("sgn", Math::signum),
          Map.entry("deg", value -> value * 180 / Math.PI),
          Map.entry("rad", value -> value * Math.PI / 180),
          Map.entry("sin", Math::sin),
          Map.entry("cos", Math::cos));

  private static final Map<String, ToNumber> DATES =
      Map.of(
          "minute", time -> time.atOffset(ZoneOffset.UTC).getMinute(),
          "hour", time -> time.atOffset(ZoneOffset.UTC).getHour(),
          "day_of_week", time -> time.atOffset(ZoneOffset.UTC).getDayOfWeek().getValue() % 7,
          "day_of_month", time -> time.atOffset(ZoneOffset.UTC).getDayOfMonth(),
          "day_of_year", time -> time.atOffset(ZoneOffset.UTC).getDayOfYear(),
          "month", time -> time.atOffset(ZoneOffset.UTC).getMonthValue(),
          "year", time -> time.atOffset(ZoneOffset.UTC).getYear());

  private interface ToNumber {
    double of(Instant time);
  }

  private final Oracle oracle;

  OracleFunctions(Oracle oracle) {
    this.oracle = oracle;
  }

  List<Element> evaluate(Expr.Call call, long time) {
    String name = call.function().name();
    List<Expr> arguments = call.arguments();
    for (Expr argument : arguments) {
      if (argument.type() == ValueType.MATRIX) {
        return new OracleRanges(oracle).evaluate(call, argument, time);
      }
    }
    DoubleUnaryOperator plain = PLAIN.get(name);
    if (plain != null) {
      return mapped(arguments.get(0), time, plain);
    }
    ToNumber date = DATES.get(name);
    if (date != null) {
      return arguments.isEmpty()
          ? List.of(new Element(Labels.EMPTY, date.of(Instant.ofEpochMilli(time))))
          : mapped(arguments.get(0), time, v -> date.of(Instant.ofEpochSecond((long) v)));
    }
    return switch (name) {
      case "vector" -> List.of(new Element(Labels.EMPTY, oracle.scalar(arguments.get(0), time)));
      case "timestamp" -> timestamps(arguments.get(0), time);
      case "absent" -> absent(arguments.get(0), oracle.vector(arguments.get(0), time).isEmpty());
      case "sort", "sort_desc" -> oracle.vector(arguments.get(0), time);
      case "round" -> {
        double inverse = 1 / (arguments.size() > 1 ? oracle.scalar(arguments.get(1), time) : 1);
        yield mapped(arguments.get(0), time, v -> Math.floor(v * inverse + 0.5) / inverse);
      }
      case "clamp" -> {
        double low = oracle.scalar(arguments.get(1), time);
        double high = oracle.scalar(arguments.get(2), time);
        List<Element> clamped =
            mapped(arguments.get(0), time, v -> Math.max(low, Math.min(high, v)));
        yield low > high ? List.of() : clamped;
      }
      case "clamp_min" -> {
        double low = oracle.scalar(arguments.get(1), time);
        yield mapped(arguments.get(0), time, v -> Math.max(low, v));
      }
      case "clamp_max" -> {
        double high = oracle.scalar(arguments.get(1), time);
        yield mapped(arguments.get(0), time, v -> Math.min(high, v));
      }
      case "label_replace" -> replaced(arguments, time);
      case "label_join" -> joined(arguments, time);
      case "histogram_quantile" -> quantiles(arguments, time);
      default -> throw new IllegalStateException("unknown function: " + name);
    };
  }

  private List<Element> mapped(Expr argument, long time, DoubleUnaryOperator function) {
    var result = new ArrayList<Element>();
    for (Element element : oracle.vector(argument, time)) {
      double value = function.applyAsDouble(element.value());
      result.add(new Element(Oracle.unnamed(element.labels()), value));
    }
    return result;
  }

  private List<Element> timestamps(Expr argument, long time) {
    var result = new ArrayList<Element>();
    if (Oracle.bare(argument) instanceof Expr.VectorSelector selector) {
      oracle
          .newest(selector, time)
          .forEach(
              (labels, point) ->
                  result.add(new Element(Oracle.unnamed(labels), point.time() / 1000d)));
      return result;
    }
    return mapped(argument, time, value -> time / 1000d);
  }

  /** The one element with the labels that the selector fixes, if there is nothing. */
  static List<Element> absent(Expr argument, boolean isAbsent) {
    if (!isAbsent) {
      return List.of();
    }
    Expr bare = Oracle.bare(argument);
    Expr.@Nullable VectorSelector selector =
        bare instanceof Expr.VectorSelector vector
            ? vector
            : bare instanceof Expr.MatrixSelector matrix ? matrix.vector() : null;
    Map<String, String> fixed = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    for (Matcher matcher : selector == null ? List.<Matcher>of() : selector.matchers()) {
      if (matcher.name().equals(Labels.METRIC_NAME)) {
        continue;
      }
      if (matcher.type() == Matcher.Type.EQUAL && seen.add(matcher.name())) {
        fixed.put(matcher.name(), matcher.value());
      } else {
        fixed.remove(matcher.name());
      }
    }
    return List.of(new Element(Labels.of(fixed), 1));
  }

  private static String text(Expr expr) {
    return ((Expr.StringLiteral) Oracle.bare(expr)).value();
  }

  private List<Element> replaced(List<Expr> arguments, long time) {
    String target = text(arguments.get(1));
    String source = text(arguments.get(3));
    var pattern = Pattern.compile(text(arguments.get(4)), Pattern.DOTALL);
    var result = new ArrayList<Element>();
    for (Element element : oracle.vector(arguments.get(0), time)) {
      var matcher = pattern.matcher(element.labels().get(source));
      Labels labels = element.labels();
      if (matcher.matches()) {
        String value = text(arguments.get(2));
        for (int group = 1; group <= matcher.groupCount(); group++) {
          String part = matcher.group(group);
          value = value.replace("$" + group, part == null ? "" : part);
        }
        labels = with(labels, target, value);
      }
      result.add(new Element(labels, element.value()));
    }
    return result;
  }

  private List<Element> joined(List<Expr> arguments, long time) {
    var result = new ArrayList<Element>();
    for (Element element : oracle.vector(arguments.get(0), time)) {
      var parts = new ArrayList<String>();
      for (Expr source : arguments.subList(3, arguments.size())) {
        parts.add(element.labels().get(text(source)));
      }
      String value = String.join(text(arguments.get(2)), parts);
      result.add(
          new Element(with(element.labels(), text(arguments.get(1)), value), element.value()));
    }
    return result;
  }

  private static Labels with(Labels labels, String name, String value) {
    return value.isEmpty()
        ? labels.toBuilder().remove(name).build()
        : labels.toBuilder().set(name, value).build();
  }

  /** Quantiles of classic histograms: linear within the bucket where the rank falls. */
  private List<Element> quantiles(List<Expr> arguments, long time) {
    double share = oracle.scalar(arguments.get(0), time);
    Map<Labels, TreeMap<Double, Double>> histograms = new TreeMap<>();
    for (Element element : oracle.vector(arguments.get(1), time)) {
      String bound = element.labels().get("le");
      if (!bound.isEmpty()) {
        histograms
            .computeIfAbsent(
                Oracle.unnamed(element.labels()).without(List.of("le")), key -> new TreeMap<>())
            .merge(
                bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                element.value(),
                Double::sum);
      }
    }
    var result = new ArrayList<Element>();
    histograms.forEach(
        (labels, buckets) -> result.add(new Element(labels, quantile(share, buckets))));
    return result;
  }

  private static double quantile(double share, TreeMap<Double, Double> buckets) {
    if (Double.isNaN(share)) {
      return Double.NaN;
    }
    if (share < 0 || share > 1) {
      return share < 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (buckets.size() < 2 || !Double.isInfinite(buckets.lastKey())) {
      return Double.NaN;
    }
    var bounds = new ArrayList<>(buckets.keySet());
    var counts = new ArrayList<>(buckets.values());
    for (int i = 1; i < counts.size(); i++) {
      double below = counts.get(i - 1);
      double rounding = 1e-12 * (Math.abs(below) + Math.abs(counts.get(i)));
      boolean grows = counts.get(i) - below > rounding;
      counts.set(i, grows || Double.isNaN(counts.get(i)) ? counts.get(i) : below);
    }
    int last = counts.size() - 1;
    double total = counts.get(last);
    if (total == 0 || Double.isNaN(total)) {
      return Double.NaN;
    }
    double rank = share * total;
    int bucket = 0;
    while (bucket < last && counts.get(bucket) < rank) {
      bucket++;
    }
    if (bucket == last) {
      return bounds.get(last - 1);
    }
    if (bucket == 0 && bounds.get(0) <= 0) {
      return bounds.get(0);
    }
    double from = bucket == 0 ? 0 : bounds.get(bucket - 1);
    double below = bucket == 0 ? 0 : counts.get(bucket - 1);
    return from + (bounds.get(bucket) - from) * ((rank - below) / (counts.get(bucket) - below));
  }
}
