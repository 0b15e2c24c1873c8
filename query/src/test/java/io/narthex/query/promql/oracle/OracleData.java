package io.narthex.query.promql.oracle;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.testkit.InMemoryStore;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/**
 * Series of floats as monitoring has them: gauges and counters with resets, gaps, marks of
 * staleness, late beginnings and early ends, and a classic histogram. Values are quarters, so that
 * sums are exact in any order.
 */
public final class OracleData {
  private static final int INTERVAL = 15_000;
  private static final String[] BOUNDS = {"0.1", "0.5", "1", "5", "+Inf"};

  private final Random random;
  private final long start;
  private final long end;
  private final Map<Labels, NavigableMap<Long, Double>> series = new TreeMap<>();

  /**
   * @param start of the data in milliseconds
   * @param end of the data in milliseconds
   */
  public OracleData(Random random, long start, long end) {
    this.random = random;
    this.start = start;
    this.end = end;
    for (int a = 0; a < 3; a++) {
      for (int b = 0; b < 3; b++) {
        add(Labels.of("__name__", "gauge", "a", "a" + a, "b", "b" + b), gauge());
        if (b > 0) {
          add(Labels.of("__name__", "other", "a", "a" + a, "b", "b" + b, "c", "c" + a), gauge());
        }
        for (int i = 0; i < 2; i++) {
          add(
              Labels.of("__name__", "jobs_total", "a", "a" + a, "b", "b" + b, "i", "i" + i),
              counter());
        }
      }
      add(Labels.of("__name__", "info", "a", "a" + a, "v", "v" + a), constant());
      histogram(a);
    }
  }

  static boolean isStale(double value) {
    return StaleMarker.is(value);
  }

  /** All samples by labels and time, marks of staleness included. */
  public Map<Labels, NavigableMap<Long, Double>> series() {
    return series;
  }

  /** The same in a store. */
  public InMemoryStore store() {
    var store = new InMemoryStore();
    series.forEach(
        (labels, samples) -> samples.forEach((time, value) -> store.append(labels, time, value)));
    return store;
  }

  private void add(Labels labels, NavigableMap<Long, Double> samples) {
    if (!samples.isEmpty()) {
      series.put(labels, samples);
    }
  }

  /** Times of scrapes, some of them missing; null values are to be filled. */
  private NavigableMap<Long, Double> times() {
    NavigableMap<Long, Double> times = new TreeMap<>();
    long span = end - start;
    long from = random.nextInt(4) == 0 ? start + random.nextInt((int) (span / 2)) : start;
    long to = random.nextInt(4) == 0 ? end - random.nextInt((int) (span / 3)) : end;
    double missing = random.nextInt(3) == 0 ? 0.2 : 0.01;
    int jitter = random.nextInt(3) == 0 ? 4_000 : 0;
    long phase = random.nextInt(INTERVAL);
    long silentUntil = 0;
    for (long time = from + phase; time < to; time += INTERVAL) {
      if (random.nextInt(150) == 0) {
        silentUntil = time + random.nextInt(900_000);
        times.put(time, StaleMarker.VALUE);
      } else if (time > silentUntil && random.nextDouble() >= missing) {
        times.put(time + (jitter == 0 ? 0 : random.nextInt(jitter)), 0d);
      }
    }
    return times;
  }

  private NavigableMap<Long, Double> gauge() {
    var samples = times();
    double center = random.nextInt(200) - 50;
    int width = 1 + random.nextInt(400);
    samples.replaceAll(
        (time, value) ->
            isStale(value) ? value : center + (random.nextInt(width) - width / 2) / 4d);
    return samples;
  }

  private NavigableMap<Long, Double> counter() {
    var samples = times();
    double[] count = {random.nextInt(2) * 100};
    int most = 1 + random.nextInt(40);
    samples.replaceAll(
        (time, value) -> {
          if (isStale(value)) {
            return value;
          }
          count[0] = random.nextInt(60) == 0 ? random.nextInt(5) : count[0] + random.nextInt(most);
          return count[0];
        });
    return samples;
  }

  private NavigableMap<Long, Double> constant() {
    var samples = times();
    samples.replaceAll((time, value) -> isStale(value) ? value : Double.valueOf(1));
    return samples;
  }

  private void histogram(int a) {
    var times = times();
    double[] counts = new double[BOUNDS.length];
    var buckets = new TreeMap<Integer, NavigableMap<Long, Double>>();
    times.forEach(
        (time, value) -> {
          for (int i = 0; i < BOUNDS.length; i++) {
            counts[i] +=
                (i == 0 ? 0 : counts[i - 1] > counts[i] ? counts[i - 1] - counts[i] : 0)
                    + random.nextInt(4);
            buckets
                .computeIfAbsent(i, key -> new TreeMap<>())
                .put(time, isStale(value) ? value : Double.valueOf(counts[i]));
          }
        });
    buckets.forEach(
        (i, samples) ->
            add(Labels.of("__name__", "lat_bucket", "a", "a" + a, "le", BOUNDS[i]), samples));
  }
}
