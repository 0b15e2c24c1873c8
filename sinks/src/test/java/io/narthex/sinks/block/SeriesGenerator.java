package io.narthex.sinks.block;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;
import java.util.Random;
import java.util.TreeMap;

/** Random series of the kinds that monitoring has, odd ones included. */
public final class SeriesGenerator {
  private static final double[] ODD = {
    StaleMarker.VALUE,
    StaleMarker.NORMAL_NAN,
    Double.longBitsToDouble(0xFFF8_0000_0000_1234L),
    -0.0,
    0.0,
    Double.MIN_VALUE,
    -Double.MIN_NORMAL / 3,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MAX_VALUE,
    0x1p63,
    -0x1p63,
    0x1p53 + 2,
    1e22,
    0.1 + 0.2
  };

  private SeriesGenerator() {}

  /** Values of a kind drawn by the random numbers. */
  public static double[] values(Random random, int count) {
    double[] values = new double[count];
    int kind = random.nextInt(10);
    double state = Math.rint(random.nextDouble() * 1e6);
    double scale = Math.pow(10, random.nextInt(8));
    for (int i = 0; i < count; i++) {
      state =
          switch (kind) {
            case 0 -> state;
            case 1 -> random.nextInt(200) == 0 ? 0 : state + random.nextInt((int) scale);
            case 2 -> state + (random.nextInt(3) == 0 ? 4096 * (random.nextInt(64) - 32) : 0);
            case 3 -> Math.rint(random.nextGaussian() * 1000) / 100;
            case 4 -> random.nextGaussian() * scale;
            case 5 -> ODD[random.nextInt(ODD.length)];
            case 6 -> random.nextInt(50) == 0 ? ODD[random.nextInt(ODD.length)] : state + 1;
            case 7 -> Double.longBitsToDouble(random.nextLong());
            case 8 -> (float) Math.sin(i / 50.0);
            default -> random.nextInt(9) == 0 ? random.nextDouble() : state;
          };
      values[i] = state;
    }
    return values;
  }

  /** A histogram near the given number of observations. */
  public static FloatHistogram histogram(Random random, int observations) {
    if (random.nextInt(30) == 0) {
      return FloatHistogram.stale();
    }
    double[] buckets = new double[3 + (observations / 100) % 3];
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] = observations + random.nextInt(9);
    }
    boolean custom = random.nextInt(20) == 0;
    return new FloatHistogram(
        FloatHistogram.ResetHint.values()[random.nextInt(4)],
        custom ? FloatHistogram.CUSTOM_BUCKETS : 3,
        custom ? 0 : 1e-128,
        random.nextInt(5),
        4.0 * observations,
        random.nextDouble(),
        new int[] {-2, 2, 5, buckets.length - 2},
        buckets,
        custom ? new int[0] : new int[] {0, 1},
        custom ? new double[0] : new double[] {1.5},
        custom ? new double[] {0.1, 0.5, 1, 5} : new double[0]);
  }

  /** Samples from a time on; now and then with histograms, start times, gaps and jitter. */
  public static SampleBuffer samples(Random random, long start, int count) {
    var samples = new SampleBuffer();
    double[] values = values(random, count);
    int jitter = random.nextBoolean() ? 1 : 1 + random.nextInt(500);
    boolean histograms = random.nextInt(8) == 0;
    boolean starts = random.nextInt(6) == 0;
    long time = start;
    for (int i = 0; i < count; i++) {
      if (histograms && i % 200 > 60) {
        samples.add(time + random.nextInt(jitter), histogram(random, i));
      } else {
        samples.add(time + random.nextInt(jitter), values[i]);
      }
      if (starts && i > 0) {
        samples.startTimestamp(start - 1000);
      }
      time += random.nextInt(100) == 0 ? 60_000 : 15_000;
    }
    return samples;
  }

  /** So many series in label order. */
  public static TreeMap<Labels, SampleBuffer> series(Random random, int count, long start) {
    var series = new TreeMap<Labels, SampleBuffer>();
    while (series.size() < count) {
      var labels =
          Labels.of(
              "__name__",
              "metric_" + random.nextInt(20),
              "job",
              "job" + random.nextInt(3),
              "instance",
              "host-" + random.nextInt(1000) + ":9100",
              random.nextBoolean() ? "zone" : "größe",
              "b" + random.nextInt(4));
      series.put(labels, samples(random, start, 1 + random.nextInt(1500)));
    }
    return series;
  }
}
