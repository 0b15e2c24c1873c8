package io.narthex.pipeline.testkit;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.MetricMetadata;
import io.narthex.pipeline.model.MetricMetadata.MetricType;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.pipeline.model.StaleMarker;
import java.util.Random;

/** Random but valid parts of batches; the same seed gives the same parts. */
public final class RandomBatches {
  private static final String[] VALUES = {"a", "b", "/api/v1", "höhe", "花火", "x".repeat(200), "😱"};
  private static final double[] SPECIAL = {
    0,
    -0.0,
    Double.NaN,
    StaleMarker.VALUE,
    StaleMarker.NORMAL_NAN,
    Double.POSITIVE_INFINITY,
    Double.MIN_VALUE
  };

  private final Random random;

  public RandomBatches(long seed) {
    random = new Random(seed);
  }

  /** The seed of this run: system property {@code test.seed}, else a new one. */
  public static long seed() {
    return Long.getLong("test.seed", System.nanoTime());
  }

  public Labels labels() {
    var builder = Labels.builder().set("__name__", "metric_" + random.nextInt(50));
    for (int left = random.nextInt(8); left > 0; left--) {
      builder.set("label_" + random.nextInt(30), VALUES[random.nextInt(VALUES.length)]);
    }
    return builder.build();
  }

  public double value() {
    return random.nextInt(4) == 0
        ? SPECIAL[random.nextInt(SPECIAL.length)]
        : random.nextGaussian() * 1000;
  }

  /** A valid histogram with float counts, exponential or with custom buckets. */
  public FloatHistogram histogram() {
    boolean custom = random.nextInt(3) == 0;
    int buckets = 1 + random.nextInt(6);
    double[] bounds = new double[custom ? buckets - 1 : 0];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = i * 1.5;
    }
    double[] positive = random.doubles(buckets, 0, 50).toArray();
    return new FloatHistogram(
        ResetHint.values()[random.nextInt(4)],
        custom ? FloatHistogram.CUSTOM_BUCKETS : random.nextInt(13) - 4,
        custom ? 0 : 0.001,
        custom ? 0 : random.nextInt(9),
        random.nextInt(1000),
        random.nextGaussian(),
        new int[] {custom ? 0 : random.nextInt(9) - 4, buckets},
        positive,
        custom ? new int[0] : new int[] {-3, 1, 2, 1},
        custom ? new double[0] : new double[] {1, 2},
        bounds);
  }

  /** A batch whose series have rows of any kind, in the order floats before histograms. */
  public SampleBatch remoteWrite(SampleBatchBuilder batch) {
    for (int series = random.nextInt(20); series > 0; series--) {
      batch.series(labels());
      for (int rows = 1 + random.nextInt(3); rows > 0; rows--) {
        batch.value(random.nextLong(), value());
      }
      for (int rows = random.nextInt(2); rows > 0; rows--) {
        batch.histogram(random.nextInt(1 << 30), histogram());
      }
      if (random.nextInt(3) == 0) {
        batch.exemplar(Labels.of("trace_id", "t" + random.nextInt(99)), value(), random.nextLong());
      }
    }
    for (int left = random.nextInt(3); left > 0; left--) {
      batch.metadata(
          new MetricMetadata(
              "metric_" + left, MetricType.values()[random.nextInt(8)], "helps ∀", "seconds"));
    }
    return batch.build();
  }
}
