package io.narthex.query.promql.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.testkit.InMemoryStore;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryResult;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.histogram.HistogramText;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A range query must give, bit for bit, what instant queries at each of its steps give: what slides
 * from step to step, or is shared by all steps, against what begins anew.
 */
class RangeAgainstInstantTest {
  private static final long STEP = 13_000;
  private static final int STEPS = 70;
  private static final int DEPTH = 3;

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
          "first_over_time",
          "stddev_over_time",
          "changes",
          "resets",
          "deriv",
          "ts_of_max_over_time",
          "ts_of_min_over_time",
          "mad_over_time",
          "present_over_time");
  private static final List<String> AGGREGATIONS =
      List.of("sum", "avg", "min", "max", "count", "stddev", "group");

  /** Only outermost: in an instant query they change the order, on which sums and ties depend. */
  private static final List<String> SELECTIONS = List.of("topk", "bottomk", "limitk");

  /**
   * {@code or} is only outermost as well: sides that take turns come in another order in a range.
   */
  private static final List<String> OPERATORS =
      List.of("+", "-", "*", "/", "%", ">", "<=", "== bool", "and", "unless");

  @Test
  void query_randomQueries_rangeEqualsInstants() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    InMemoryStore store = randomStore(random);
    var engine = engine(store);
    for (int i = 0; i < 300; i++) {
      String query = vector(random, DEPTH);
      compare(engine, query, "rerun with -Dtest.seed=" + seed + ": " + query);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "histogram_quantile(0.9, rate(hist[2m]))",
        "histogram_count(sum(hist))",
        "sum_over_time(m[3m:20s] offset 30s)",
        "max_over_time(rate(m[1m])[2m:7s])",
        "m @ 300 + m",
        "absent(m{a=\"1\"})",
        "label_replace(m, \"x\", \"$1\", \"a\", \"(.*)\")",
        "quantile by (a) (0.3, m)",
        "count_values(\"v\", round(m))",
        "vector(scalar(sum(m)) + time())",
        "m * on(a, b) group_left(c) n",
      })
  void query_manyKinds_rangeEqualsInstants(String query) {
    compare(engine(randomStore(new Random(7))), query, query);
  }

  private static VectorizedQueryEngine engine(InMemoryStore store) {
    return new VectorizedQueryEngine(
        store, EngineOptions.defaults().withFeatures(EnumSet.allOf(EngineOptions.Feature.class)));
  }

  private static void compare(VectorizedQueryEngine engine, String query, String description) {
    Map<String, String> fromRange = new HashMap<>();
    String rangeFault = null;
    try {
      QueryResult result = engine.query(QueryRequest.range(query, 0, STEPS * STEP, STEP));
      for (var series : ((QueryValue.Matrix) result.value()).series()) {
        for (int i = 0; i < series.timestamps().length; i++) {
          FloatHistogram histogram = series.histograms() == null ? null : series.histograms()[i];
          fromRange.put(
              series.timestamps()[i] + " " + identity(query, series.labels()),
              text(series.values()[i], histogram));
        }
      }
    } catch (FaultException e) {
      rangeFault = e.getMessage();
    }
    Map<String, String> fromInstants = new HashMap<>();
    String instantFault = null;
    for (int step = 0; step <= STEPS && instantFault == null; step++) {
      long time = step * STEP;
      try {
        QueryResult result = engine.query(QueryRequest.instant(query, time));
        for (var sample : ((QueryValue.Vector) result.value()).samples()) {
          fromInstants.put(
              time + " " + identity(query, sample.labels()),
              text(sample.value(), sample.histogram()));
        }
      } catch (FaultException e) {
        instantFault = e.getMessage();
      }
    }
    assertThat(rangeFault == null).as(description).isEqualTo(instantFault == null);
    if (rangeFault == null) {
      var onlyRange = new HashMap<>(fromRange);
      onlyRange.entrySet().removeAll(fromInstants.entrySet());
      var onlyInstants = new HashMap<>(fromInstants);
      onlyInstants.entrySet().removeAll(fromRange.entrySet());
      assertThat(onlyRange).as("only in the range: " + description).isEqualTo(onlyInstants);
    }
  }

  /**
   * Whether a series keeps its name is decided once for all steps, by its first sample, as in
   * Prometheus. An {@code or} whose sides take turns can thus keep a name that a single step would
   * drop; there the name does not count.
   */
  private static Labels identity(String query, Labels labels) {
    return query.contains(" or ") ? labels.without(Labels.METRIC_NAME::equals) : labels;
  }

  private static String text(double value, FloatHistogram histogram) {
    if (histogram != null) {
      return histogram.hint() + " " + HistogramText.of(histogram);
    }
    return Double.isNaN(value) ? "NaN" : Long.toHexString(Double.doubleToRawLongBits(value));
  }

  private static String vector(Random random, int depth) {
    int kind = depth == 0 ? random.nextInt(2) : random.nextInt(6);
    return switch (kind) {
      case 0 -> selector(random);
      case 1 -> pick(random, RANGE_FUNCTIONS) + "(" + selector(random) + range(random) + ")";
      case 2 -> {
        boolean selects = depth == DEPTH && random.nextInt(4) == 0;
        String op = pick(random, selects ? SELECTIONS : AGGREGATIONS);
        String parameter = selects ? (1 + random.nextInt(3)) + ", " : "";
        String grouping = pick(random, List.of("", " by (a)", " without (b)"));
        yield op + grouping + " (" + parameter + vector(random, depth - 1) + ")";
      }
      case 3 ->
          "("
              + vector(random, depth - 1)
              + " "
              + (depth == DEPTH && random.nextInt(5) == 0 ? "or" : pick(random, OPERATORS))
              + " "
              + vector(random, depth - 1)
              + ")";
      case 4 -> "(" + vector(random, depth - 1) + " * " + random.nextInt(5) + ")";
      default ->
          pick(random, RANGE_FUNCTIONS)
              + "("
              + vector(random, depth - 1)
              + "["
              + (20 + random.nextInt(100))
              + "s:"
              + (5 + random.nextInt(30))
              + "s])";
    };
  }

  private static String selector(Random random) {
    String name = random.nextInt(4) == 0 ? "n" : random.nextInt(6) == 0 ? "hist" : "m";
    String matcher = random.nextInt(3) == 0 ? "{b=\"" + random.nextInt(3) + "\"}" : "";
    return name + matcher;
  }

  private static String range(Random random) {
    String offset = random.nextInt(4) == 0 ? " offset " + random.nextInt(60) + "s" : "";
    return "[" + (1 + random.nextInt(200)) + "s]" + offset;
  }

  private static String pick(Random random, List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static InMemoryStore randomStore(Random random) {
    var store = new InMemoryStore();
    for (String name : List.of("m", "n")) {
      for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
          Labels labels =
              Labels.of(
                  "__name__", name, "a", "" + a, "b", "" + b, "c", name.equals("n") ? "x" : "");
          floats(store, labels, random);
        }
      }
    }
    for (int a = 0; a < 2; a++) {
      histograms(store, Labels.of("__name__", "hist", "a", "" + a), random);
    }
    return store;
  }

  private static void floats(InMemoryStore store, Labels labels, Random random) {
    double value = 0;
    for (long time = random.nextInt(20_000); time < STEPS * STEP; ) {
      value = random.nextInt(15) == 0 ? 0 : value + random.nextInt(1000) / 7.0;
      double shown =
          switch (random.nextInt(40)) {
            case 0 -> Double.NaN;
            case 1 -> StaleMarker.VALUE;
            case 2 -> -0.0;
            case 3 -> Double.POSITIVE_INFINITY;
            default -> value;
          };
      store.append(labels, time, shown);
      time += random.nextInt(30) == 0 ? 400_000 : 5_000 + random.nextInt(11_000);
    }
  }

  private static void histograms(InMemoryStore store, Labels labels, Random random) {
    double[] counts = new double[3];
    for (long time = 0; time < STEPS * STEP; time += 10_000) {
      double count = 0;
      for (int i = 0; i < counts.length; i++) {
        counts[i] = random.nextInt(12) == 0 ? 1 : counts[i] + 1 + random.nextInt(4);
        count += counts[i];
      }
      store.append(
          labels,
          time,
          new FloatHistogram(
              ResetHint.UNKNOWN,
              random.nextInt(9) == 0 ? 0 : 1,
              0.001,
              2,
              count + 2,
              count * 1.5,
              new int[] {0, 3},
              counts.clone(),
              new int[0],
              new double[0],
              new double[0]));
    }
  }
}
