package io.narthex.query.promql.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Well-typed queries over the series of {@link OracleData}. */
public final class OracleQueries {
  private static final List<String> METRICS =
      List.of("gauge", "other", "jobs_total", "info", "lat_bucket");
  private static final List<String> RANGE_FUNCTIONS =
      List.of(
          "rate",
          "increase",
          "delta",
          "irate",
          "idelta",
          "sum_over_time",
          "avg_over_time",
          "min_over_time",
          "max_over_time",
          "count_over_time",
          "last_over_time",
          "present_over_time",
          "stddev_over_time",
          "stdvar_over_time",
          "changes",
          "resets",
          "deriv");
  private static final List<String> PLAIN =
      List.of(
          "abs",
          "sqrt",
          "exp",
          "ln",
          "log2",
          "log10",
          "sgn",
          "deg",
          "rad",
          "sort",
          "sort_desc",
          "timestamp");
  private static final List<String> DATES =
      List.of("minute", "hour", "day_of_week", "day_of_month", "day_of_year", "month", "year");
  private static final List<String> AGGREGATIONS =
      List.of("sum", "avg", "min", "max", "count", "group", "stddev", "stdvar");
  private static final List<String> ARITHMETIC = List.of("+", "-", "*", "/", "^", "atan2");
  private static final List<String> COMPARISONS = List.of("==", "!=", "<", "<=", ">", ">=");
  private static final List<String> DURATIONS =
      List.of("30s", "1m", "90s", "2m", "5m", "7m13s", "10m", "20m");

  private final Random random;
  private final long start;
  private final long end;
  private final boolean newest;

  /**
   * @param start of the data, for {@code @}
   * @param end of the data
   * @param newest whether functions may be used that Prometheus 3.5 does not know
   */
  public OracleQueries(Random random, long start, long end, boolean newest) {
    this.random = random;
    this.start = start;
    this.end = end;
    this.newest = newest;
  }

  /** A query whose answer is a scalar or a vector. */
  public String next() {
    int depth = 1 + random.nextInt(4);
    if (random.nextInt(12) == 0) {
      return repeating(vector(1 + random.nextInt(3)));
    }
    return random.nextInt(20) == 0 ? scalar(depth) : vector(depth);
  }

  /** Has a part more than once. */
  private String repeating(String part) {
    return switch (random.nextInt(5)) {
      case 0 -> "(" + part + ") / (" + part + ")";
      case 1 -> "(" + part + ") and (" + part + ")";
      case 2 -> "((" + part + ") + (" + part + ")) / (" + part + ")";
      case 3 -> "count(" + part + ") + (sum(" + part + ") - sum(" + part + "))";
      default -> "(" + part + ") or -(" + part + ")";
    };
  }

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private boolean chance(int in) {
    return random.nextInt(in) == 0;
  }

  private String number() {
    return switch (random.nextInt(6)) {
      case 0 -> "0";
      case 1 -> "-1";
      case 2 -> "0.25";
      default -> Integer.toString(random.nextInt(100));
    };
  }

  private String scalar(int depth) {
    if (depth <= 0) {
      return number();
    }
    return switch (random.nextInt(6)) {
      case 0 -> "time()";
      case 1 -> "scalar(" + vector(depth - 1) + ")";
      case 2 -> "(" + scalar(depth - 1) + " " + one(ARITHMETIC) + " " + scalar(depth - 1) + ")";
      case 3 ->
          "(" + scalar(depth - 1) + " " + one(COMPARISONS) + " bool " + scalar(depth - 1) + ")";
      case 4 -> "-" + number();
      default -> number();
    };
  }

  private String matcher() {
    return switch (random.nextInt(8)) {
      case 0 -> "a=\"a1\"";
      case 1 -> "a!=\"a0\"";
      case 2 -> "b=~\"b[12]\"";
      case 3 -> "a=~\"a0|a2\"";
      case 4 -> "i!~\"i1|x.*\"";
      case 5 -> "missing=\"\"";
      case 6 -> "b=~\".+\"";
      default -> "b=\"b2\"";
    };
  }

  private String selector() {
    var text = new StringBuilder(one(METRICS));
    if (chance(3)) {
      text.append('{').append(matcher());
      if (chance(3)) {
        text.append(',').append(matcher());
      }
      text.append('}');
    }
    return text.toString();
  }

  private String time() {
    var text = new StringBuilder();
    if (chance(6)) {
      text.append(" offset ").append(chance(3) ? "-" : "").append(one(DURATIONS));
    }
    if (chance(10)) {
      long at = start / 1000 + random.nextInt((int) ((end - start) / 1000));
      text.append(one(List.of(" @ start()", " @ end()", " @ " + at)));
    }
    return text.toString();
  }

  private String range(int depth) {
    if (depth > 0 && chance(4)) {
      String step = chance(3) ? "" : one(List.of("15s", "30s", "1m", "47s"));
      return "(" + vector(depth - 1) + ")[" + one(DURATIONS) + ":" + step + "]" + time();
    }
    return selector() + "[" + one(DURATIONS) + "]" + time();
  }

  private String vector(int depth) {
    if (depth <= 0) {
      return selector() + time();
    }
    return switch (random.nextInt(16)) {
      case 0, 1, 2 -> one(RANGE_FUNCTIONS) + "(" + range(depth - 1) + ")";
      case 3 -> parameterized(depth);
      case 4, 5 -> one(PLAIN) + "(" + vector(depth - 1) + ")";
      case 6 -> special(depth);
      case 7, 8, 9 -> aggregation(depth);
      case 10 -> "(" + vector(depth - 1) + " " + one(ARITHMETIC) + " " + scalar(depth - 1) + ")";
      case 11 ->
          "("
              + scalar(depth - 1)
              + " "
              + one(COMPARISONS)
              + (chance(2) ? " bool " : " ")
              + vector(depth - 1)
              + ")";
      case 12, 13 -> join(depth);
      case 14 ->
          "("
              + vector(depth - 1)
              + one(List.of(" and ", " or ", " unless "))
              + on(true)
              + vector(depth - 1)
              + ")";
      default -> (chance(3) ? "-" : "") + selector() + time();
    };
  }

  private String parameterized(int depth) {
    return switch (random.nextInt(newest ? 6 : 5)) {
      case 0 -> "quantile_over_time(" + quantile() + ", " + range(depth - 1) + ")";
      case 1 -> "predict_linear(" + range(depth - 1) + ", " + random.nextInt(600) + ")";
      case 2 -> "absent_over_time(" + range(depth - 1) + ")";
      case 3 -> "mad_over_time(" + range(depth - 1) + ")";
      case 4 -> "double_exponential_smoothing(" + range(depth - 1) + ", 0.5, 0.25)";
      default -> "first_over_time(" + range(depth - 1) + ")";
    };
  }

  private String quantile() {
    return one(List.of("0", "0.5", "0.9", "0.99", "1", "0.25", "1.5", "-1"));
  }

  private String special(int depth) {
    String inner = vector(depth - 1);
    return switch (random.nextInt(11)) {
      case 9 ->
          one(List.of("sin(", "cos(", "ceil(", "floor(", "round(")) + selector() + time() + ")";
      case 8 -> "(" + selector() + time() + " % " + number() + ")";
      case 7 -> one(DATES) + one(List.of("()", "(gauge)", "(timestamp(" + selector() + ") * 17)"));
      case 0 -> "absent(" + inner + ")";
      case 1 -> "vector(" + scalar(depth - 1) + ")";
      case 2 -> "clamp(" + inner + ", " + number() + ", " + number() + ")";
      case 3 -> "clamp_min(" + inner + ", " + number() + ")";
      case 4 -> "clamp_max(" + inner + ", " + number() + ")";
      case 5 ->
          "label_replace("
              + inner
              + one(
                  List.of(
                      ", \"n\", \"$1\", \"a\", \"a(.*)\")",
                      ", \"b\", \"x$1\", \"b\", \"(.)1\")",
                      ", \"n\", \"\", \"a\", \".*\")",
                      ", \"n\", \"$1-$2\", \"b\", \"(.)(.)\")"));
      case 6 -> "label_join(" + inner + ", \"n\", \"-\", \"a\", \"b\")";
      default -> histogramQuantile(depth);
    };
  }

  /** Where the counts are rounded, no share falls on the border of two buckets. */
  private String histogramQuantile(int depth) {
    String group = depth > 1 && chance(2) ? "sum by (le" + (chance(2) ? ", a" : "") + ") (" : "(";
    if (chance(3)) {
      return "histogram_quantile(" + quantile() + ", " + group + "lat_bucket" + time() + "))";
    }
    String share = one(List.of("0.1237", "0.5171", "0.9073", "1.5", "-1"));
    String rate = "rate(lat_bucket[" + one(DURATIONS) + "]" + time() + ")";
    return "histogram_quantile(" + share + ", " + group + rate + "))";
  }

  private String grouping() {
    if (chance(4)) {
      return " ";
    }
    return (chance(3) ? " without (" : " by (") + labels(List.of("a", "b", "i", "le", "c")) + ") ";
  }

  private String labels(List<String> from) {
    var chosen = new ArrayList<String>();
    from.forEach(
        name -> {
          if (chance(2)) {
            chosen.add(name);
          }
        });
    return String.join(", ", chosen);
  }

  private String aggregation(int depth) {
    String inner = "(" + vector(depth - 1) + ")";
    return switch (random.nextInt(8)) {
      case 0 -> "quantile" + grouping() + "(" + quantile() + ", " + inner + ")";
      case 1 ->
          one(List.of("topk", "bottomk"))
              + grouping()
              + "("
              + (1 + random.nextInt(5))
              + ", "
              + selector()
              + ")";
      case 2 ->
          "count_values" + grouping() + "(\"n\", " + one(List.of("info", "round(gauge)")) + ")";
      default -> one(AGGREGATIONS) + grouping() + inner;
    };
  }

  private String on(boolean set) {
    return switch (random.nextInt(set ? 4 : 5)) {
      case 0 -> "on (a, b) ";
      case 1 -> "ignoring (i) ";
      case 2 -> "on (a) ";
      default -> "";
    };
  }

  private String join(int depth) {
    String op = chance(3) ? one(COMPARISONS) + (chance(2) ? " bool" : "") : one(ARITHMETIC);
    return switch (random.nextInt(5)) {
      case 0 -> "(" + vector(depth - 1) + " " + op + " " + on(false) + vector(depth - 1) + ")";
      case 1 -> "(jobs_total" + time() + " " + op + " on (a) group_left (v) info" + time() + ")";
      case 2 -> "(gauge " + op + " ignoring (c) other" + time() + ")";
      case 3 ->
          "(sum by (a) ("
              + vector(depth - 1)
              + ") "
              + op
              + " on (a) group_right () gauge"
              + time()
              + ")";
      default -> {
        String by = one(List.of("a", "a, b", "b"));
        yield "(sum by ("
            + by
            + ") ("
            + vector(depth - 1)
            + ") "
            + op
            + " count by ("
            + by
            + ") ("
            + vector(depth - 1)
            + "))";
      }
    };
  }
}
