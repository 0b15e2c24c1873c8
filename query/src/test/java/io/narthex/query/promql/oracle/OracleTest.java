package io.narthex.query.promql.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryEngine;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.exec.EngineOptions;
import io.narthex.query.promql.exec.EngineOptions.Feature;
import io.narthex.query.promql.exec.SpareCores;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The engine against the oracle, over generated data and queries. More with {@code
 * -Dnarthex.oracle.cases=100000}; repeated with {@code -Dtest.seed}.
 */
class OracleTest {
  private static final int CASES = Integer.getInteger("narthex.oracle.cases", 1_500);
  private static final int QUERIES_PER_DATA = 100;
  private static final long START = 1_700_000_000_000L;
  private static final long END = START + 2_400_000;
  private static final int MOST_FAULTS = 25;

  /** Close to one, and not powers of two, which would leave all digits as they are. */
  private static final double[] FACTORS = {1 + 3e-13, 1 - 7e-13, 1 + 1.1e-12};

  @Test
  void query_generated_equalsTheOracle() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    var faults = new ArrayList<String>();
    int answered = 0;
    int refused = 0;
    int ambiguous = 0;
    for (int done = 0; done < CASES && faults.size() < MOST_FAULTS; done += QUERIES_PER_DATA) {
      var data = new OracleData(random, START, END);
      var engine =
          new VectorizedQueryEngine(
              data.store(),
              EngineOptions.defaults().withFeatures(Set.of(Feature.EXPERIMENTAL_FUNCTIONS)),
              // Each second time, every query gets help at once.
              random.nextBoolean() ? new SpareCores(4, Duration.ZERO) : SpareCores.none());
      var queries = new OracleQueries(random, START, END, true);
      for (int i = 0; i < QUERIES_PER_DATA; i++) {
        String query = queries.next();
        long from = START + random.nextInt(1_800_000);
        boolean instant = random.nextInt(3) == 0;
        long step = instant ? 0 : 1 + random.nextInt(120_000);
        long to = instant ? from : from + step * random.nextInt(12);
        Map<Labels, NavigableMap<Long, Double>> expected = null;
        try {
          expected = Oracle.evaluate(data.series(), query, from, to, step);
          answered++;
        } catch (Oracle.Refused e) {
          refused++;
        } catch (Oracle.Ambiguous e) {
          ambiguous++;
          continue;
        }
        var times = new QueryRequestTimes(query, from, to, step);
        String fault = compare(expected, engine, times);
        if (!fault.isEmpty() && hangsOnRounding(expected, data.series(), times)) {
          answered--;
          ambiguous++;
        } else if (!fault.isEmpty()) {
          faults.add(query + " from " + from + " to " + to + " step " + step + ": " + fault);
        }
      }
    }
    System.out.printf(
        "oracle: %d answered, %d refused, %d ambiguous%n", answered, refused, ambiguous);
    assertThat(faults).as("rerun with -Dtest.seed=%d", seed).isEmpty();
    assertThat(answered).isGreaterThan(refused + ambiguous);
  }

  private record QueryRequestTimes(String query, long from, long to, long step) {
    QueryRequest request() {
      return step == 0
          ? QueryRequest.instant(query, from)
          : QueryRequest.range(query, from, to, step);
    }
  }

  /**
   * Whether the oracle itself gives another answer when all values are a tiny bit larger or
   * smaller, as where something is compared that is equal but for rounding. Order and equality of
   * values stay.
   */
  private static boolean hangsOnRounding(
      Map<Labels, NavigableMap<Long, Double>> expected,
      Map<Labels, NavigableMap<Long, Double>> data,
      QueryRequestTimes times) {
    for (double factor : FACTORS) {
      var moved = new TreeMap<Labels, NavigableMap<Long, Double>>();
      data.forEach(
          (labels, samples) -> {
            var others = new TreeMap<>(samples);
            others.replaceAll((time, value) -> value * factor);
            moved.put(labels, others);
          });
      try {
        var answer = Oracle.evaluate(moved, times.query, times.from, times.to, times.step);
        if (expected == null || !difference(expected, answer).isEmpty()) {
          return true;
        }
      } catch (Oracle.Refused e) {
        if (expected != null) {
          return true;
        }
      } catch (Oracle.Ambiguous e) {
        return true;
      }
    }
    return false;
  }

  private static String compare(
      Map<Labels, NavigableMap<Long, Double>> expected,
      QueryEngine engine,
      QueryRequestTimes query) {
    Map<Labels, NavigableMap<Long, Double>> actual;
    try {
      actual = points(engine.query(query.request()).value());
    } catch (FaultException e) {
      return expected == null ? "" : "fails: " + e.getMessage();
    }
    if (expected == null) {
      // The engine does not look at series that cannot count, nor at what is wrong with them.
      return actual.isEmpty() ? "" : "should fail, but gives " + actual;
    }
    return difference(expected, actual);
  }

  private static String difference(
      Map<Labels, NavigableMap<Long, Double>> expected,
      Map<Labels, NavigableMap<Long, Double>> actual) {
    if (!expected.keySet().equals(actual.keySet())) {
      return "series " + actual.keySet() + " instead of " + expected.keySet();
    }
    for (var entry : expected.entrySet()) {
      var found = actual.get(entry.getKey());
      if (!found.keySet().equals(entry.getValue().keySet())) {
        return entry.getKey() + " at " + found + " instead of " + entry.getValue();
      }
      for (var point : entry.getValue().entrySet()) {
        double value = found.get(point.getKey());
        if (!OracleMaths.near(point.getValue(), value)) {
          return entry.getKey()
              + " is "
              + value
              + " instead of "
              + point.getValue()
              + " at "
              + point.getKey();
        }
      }
    }
    return "";
  }

  private static Map<Labels, NavigableMap<Long, Double>> points(QueryValue value) {
    Map<Labels, NavigableMap<Long, Double>> points = new TreeMap<>();
    if (value instanceof QueryValue.Scalar scalar) {
      points.put(Labels.EMPTY, new TreeMap<>(Map.of(scalar.timestamp(), scalar.value())));
    } else if (value instanceof QueryValue.Vector vector) {
      for (var sample : vector.samples()) {
        points.put(sample.labels(), new TreeMap<>(Map.of(sample.timestamp(), sample.value())));
      }
    } else {
      for (var series : ((QueryValue.Matrix) value).series()) {
        var column = new TreeMap<Long, Double>();
        for (int i = 0; i < series.timestamps().length; i++) {
          column.put(series.timestamps()[i], series.values()[i]);
        }
        points.put(series.labels(), column);
      }
    }
    return points;
  }
}
