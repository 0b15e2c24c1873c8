package io.narthex.sinks.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.wire.ChunkEncoder;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The encoder of chunks against the decoder of the import. */
class ChunkEncoderTest {
  private static SampleBuffer roundTrip(SampleBuffer samples) {
    var encoder = new ChunkEncoder();
    var decoded = new SampleBuffer();
    for (int row = 0; row < samples.size(); ) {
      var chunk = encoder.next(samples, row);
      assertThat(chunk.minTime()).isEqualTo(samples.timestamps()[row]);
      assertThat(chunk.samples()).isBetween(1, 120);
      row += chunk.samples();
      assertThat(chunk.maxTime()).isEqualTo(samples.timestamps()[row - 1]);
      ChunkDecoder.decode(chunk.encoding(), ByteBuffer.wrap(chunk.data()), decoded);
    }
    return decoded;
  }

  private static void assertSame(SampleBuffer actual, SampleBuffer expected) {
    assertThat(actual.size()).isEqualTo(expected.size());
    for (int row = 0; row < expected.size(); row++) {
      assertThat(actual.timestamps()[row])
          .as("time of %s", row)
          .isEqualTo(expected.timestamps()[row]);
      assertThat(Double.doubleToRawLongBits(actual.values()[row]))
          .as("value of %s", row)
          .isEqualTo(Double.doubleToRawLongBits(expected.values()[row]));
      assertThat(actual.histogram(row))
          .as("histogram of %s", row)
          .isEqualTo(expected.histogram(row));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void encode_floats_areDecodedBitForBit(long seed) {
    var random = new Random(seed);
    var samples = new SampleBuffer();
    long time = -5000 + random.nextInt(10_000);
    for (int i = 0; i < 1000; i++) {
      time += 1 + (random.nextInt(4) == 0 ? random.nextInt(1 << random.nextInt(31)) : 14_999);
      double value =
          switch (random.nextInt(6)) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> StaleMarker.VALUE;
            case 2 -> -0.0;
            case 3 -> random.nextInt(100);
            default -> i;
          };
      samples.add(time, value);
    }
    assertSame(roundTrip(samples), samples);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void encode_histograms_areDecodedBitForBit(long seed) {
    var random = new Random(seed);
    var samples = new SampleBuffer();
    FloatHistogram before = histogram(random);
    for (int i = 0; i < 500; i++) {
      if (random.nextInt(10) == 0) {
        before = histogram(random);
      }
      var h =
          random.nextInt(20) == 0
              ? FloatHistogram.stale()
              : new FloatHistogram(
                  before.hint(),
                  before.schema(),
                  before.zeroThreshold(),
                  random.nextInt(10),
                  1000 + i,
                  random.nextGaussian(),
                  before.positiveSpans(),
                  values(random, before.positiveBuckets().length),
                  before.negativeSpans(),
                  values(random, before.negativeBuckets().length),
                  before.customValues());
      samples.add(1000L * i + random.nextInt(3), h);
    }
    assertSame(roundTrip(samples), samples);
  }

  @Test
  void encode_floatsAndHistogramsMixed_areCutIntoChunks() {
    var samples = new SampleBuffer();
    var random = new Random(7);
    for (int i = 0; i < 50; i++) {
      if (i % 7 < 3) {
        samples.add(i, histogram(random));
      } else {
        samples.add(i, 0.5 * i);
      }
    }
    assertSame(roundTrip(samples), samples);
  }

  private static FloatHistogram histogram(Random random) {
    boolean custom = random.nextInt(3) == 0;
    int[] positive = {random.nextInt(100) - (custom ? 0 : 50), 2, random.nextInt(5), 1};
    if (custom) {
      positive[0] = 0;
      positive[2] = 1;
    }
    double[] thresholds = {0, 2.938735877055719E-39, 0.001, 1e-128};
    return new FloatHistogram(
        random.nextInt(4) == 0 ? ResetHint.GAUGE : ResetHint.UNKNOWN,
        custom ? FloatHistogram.CUSTOM_BUCKETS : random.nextInt(13) - 4,
        custom ? 0 : thresholds[random.nextInt(thresholds.length)],
        1,
        10,
        3.5,
        positive,
        values(random, 3),
        custom ? new int[0] : new int[] {-3, 1},
        custom ? new double[0] : values(random, 1),
        custom ? new double[] {0.005, 1, 2.5, Math.PI, 1e9} : new double[0]);
  }

  private static double[] values(Random random, int count) {
    return random.doubles(count, 0, 1000).toArray();
  }
}
