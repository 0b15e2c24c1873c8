package io.narthex.jobs.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * The result of a query, as the API told it: values keep their text.
 *
 * @param type {@code scalar}, {@code string}, {@code vector} or {@code matrix}
 */
public record QueryAnswer(String type, List<Series> series) {

  public QueryAnswer {
    series = List.copyOf(series);
  }

  /** A series with its points, in order of time; a scalar or a string is one without labels. */
  public record Series(TreeMap<String, String> labels, List<Point> points) {
    /** The series as PromQL writes it, fit for a terminal. */
    public String name() {
      var inner = new StringJoiner(", ", "{", "}");
      labels.forEach(
          (name, value) -> {
            if (!name.equals("__name__")) {
              inner.add(
                  name + "=\"" + plain(value.replace("\\", "\\\\").replace("\"", "\\\"")) + '"');
            }
          });
      String metric = plain(labels.getOrDefault("__name__", ""));
      return inner.length() > 2 || metric.isEmpty() ? metric + inner : metric;
    }
  }

  /**
   * A point.
   *
   * @param value a number as the API writes it, or a native histogram
   */
  public record Point(long millis, String value) {
    /** NaN for a native histogram. */
    public double number() {
      return switch (value) {
        case "+Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> value.startsWith("{") ? Double.NaN : parsed(value);
      };
    }

    private static double parsed(String value) {
      try {
        return Double.parseDouble(value);
      } catch (NumberFormatException e) {
        return Double.NaN; // a string
      }
    }
  }

  /**
   * Reads {@code data} of an answer of {@code query}, {@code query_range} or {@code query_live}.
   *
   * @throws ApiFailure if it is none
   */
  public static QueryAnswer of(JsonNode data) {
    String type = data.path("resultType").asText();
    var result = data.path("result");
    var all = new ArrayList<Series>();
    switch (type) {
      case "scalar", "string" -> all.add(new Series(new TreeMap<>(), List.of(point(result))));
      case "vector", "matrix" -> result.forEach(element -> all.add(series(element)));
      default -> throw new ApiFailure("the server's answer is not that of a query");
    }
    return new QueryAnswer(type, all);
  }

  private static Series series(JsonNode element) {
    var points = new ArrayList<Point>();
    if (element.has("value")) {
      points.add(point(element.get("value")));
    }
    if (element.has("histogram")) {
      points.add(point(element.get("histogram")));
    }
    element.path("values").forEach(one -> points.add(point(one)));
    element.path("histograms").forEach(one -> points.add(point(one)));
    points.sort(java.util.Comparator.comparingLong(Point::millis));
    return new Series(labels(element.path("metric")), points);
  }

  private static Point point(JsonNode pair) {
    var seconds = pair.path(0).decimalValue();
    long millis = seconds.multiply(BigDecimal.valueOf(1000)).longValue();
    var value = pair.path(1);
    return new Point(millis, value.isObject() ? histogram(value) : value.asText());
  }

  /** A native histogram as PromQL's printer writes it. */
  private static String histogram(JsonNode histogram) {
    var text = new StringJoiner(", ", "{", "}");
    text.add("count:" + histogram.path("count").asText());
    text.add("sum:" + histogram.path("sum").asText());
    for (var bucket : histogram.path("buckets")) {
      int kind = bucket.path(0).asInt(); // which of its two boundaries belong to it
      text.add(
          (kind == 1 || kind == 3 ? "[" : "(")
              + bucket.path(1).asText()
              + ","
              + bucket.path(2).asText()
              + (kind == 0 || kind == 3 ? "]" : ")")
              + ":"
              + bucket.path(3).asText());
    }
    return text.toString();
  }

  /** A text without control characters, which would reach the terminal as commands. */
  static String plain(String text) {
    var out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                out.append(String.format("\\u%04x", c));
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }

  /** The union of all label names, in order, the metric's name first. */
  List<String> labelNames() {
    var names = new TreeMap<String, Boolean>();
    series.forEach(one -> one.labels().keySet().forEach(name -> names.put(name, true)));
    var ordered = new ArrayList<String>();
    if (names.remove("__name__") != null) {
      ordered.add("__name__");
    }
    ordered.addAll(names.keySet());
    return ordered;
  }

  /** Label sets without points, as {@code /api/v1/series} tells them. */
  public static QueryAnswer ofSeries(JsonNode data) {
    var all = new ArrayList<Series>();
    data.forEach(one -> all.add(new Series(labels(one), List.of())));
    return new QueryAnswer("series", all);
  }

  private static TreeMap<String, String> labels(JsonNode object) {
    var labels = new TreeMap<String, String>();
    object.properties().forEach(e -> labels.put(e.getKey(), e.getValue().asText()));
    return labels;
  }
}
