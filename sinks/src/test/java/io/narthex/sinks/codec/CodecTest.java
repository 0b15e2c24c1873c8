package io.narthex.sinks.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.PageStatistics;
import io.narthex.sinks.block.SeriesGenerator;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
  private final long seed = Long.getLong("test.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final ByteOutput out = new ByteOutput(16);
  private final ByteInput in = new ByteInput();

  private static long[] bits(double[] values) {
    return Arrays.stream(values).mapToLong(Double::doubleToRawLongBits).toArray();
  }

  private ValueCodec assertRoundTrip(double... values) {
    out.clear();
    ValueCodec codec = new ValueEncoder().encode(values, 0, values.length, out);
    double[] back = new double[values.length];
    in.reset(out.bytes(), 0, out.size());
    new ValueDecoder().decode(in, codec, Leaders.NONE, back, 0, values.length);
    assertThat(bits(back)).as("rerun with -Dtest.seed=%d", seed).isEqualTo(bits(values));
    assertThat(in.remaining()).isZero();
    return codec;
  }

  private int assertRoundTrip(long... values) {
    int largest = 0;
    for (boolean asBits : new boolean[] {false, true}) {
      out.clear();
      if (asBits) {
        new IntegerEncoder().encodeBits(values, values.length, out);
      } else {
        new IntegerEncoder().encode(values, values.length, out);
        largest = out.size();
      }
      long[] back = new long[values.length];
      in.reset(out.bytes(), 0, out.size());
      new IntegerDecoder().decode(in, back, 0, values.length);
      assertThat(back).as("rerun with -Dtest.seed=%d", seed).isEqualTo(values);
      assertThat(in.remaining()).isZero();
    }
    return largest;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 8, 9, 127, 128, 129, 480, 1024})
  void values_ofAllKinds_roundTripToTheBit(int count) {
    for (int i = 0; i < 60; i++) {
      assertRoundTrip(SeriesGenerator.values(random, count));
    }
  }

  @Test
  void values_nastyOnes_roundTripToTheBit() {
    assertRoundTrip(-0.0, 0.0, -0.0, 1);
    assertRoundTrip(StaleMarker.VALUE, StaleMarker.VALUE);
    assertRoundTrip(1d, 2, 3, StaleMarker.VALUE);
    assertRoundTrip(StaleMarker.NORMAL_NAN, 1.5, Double.longBitsToDouble(0x7FF0000000000001L));
    assertRoundTrip(Double.MIN_VALUE, Double.MAX_VALUE, -Double.MAX_VALUE);
    assertRoundTrip(0x1p63, -0x1p63, 0x1p62, 0x1p53 + 2, -1);
    assertRoundTrip(0.1, 0.2, 0.1 + 0.2, 1e15 / 10, 123456789012345.6);
    assertRoundTrip(Double.NEGATIVE_INFINITY, 0, Double.POSITIVE_INFINITY);
  }

  @Test
  void encode_kindsOfValues_choosesTheirCodec() {
    assertThat(assertRoundTrip(7d, 7, 7)).isEqualTo(ValueCodec.CONSTANT);
    assertThat(assertRoundTrip(1d, 5, 3)).isEqualTo(ValueCodec.DECIMAL);
    assertThat(assertRoundTrip(21.5, 21.25, 21)).isEqualTo(ValueCodec.DECIMAL);
    assertThat(assertRoundTrip(Math.PI, Math.E, Math.sqrt(2))).isEqualTo(ValueCodec.BITS);
  }

  @Test
  void following_anyColumnAnyOther_roundTripsToTheBit() {
    int followed = 0;
    for (int i = 0; i < 2000; i++) {
      int count = 2 + random.nextInt(300);
      double[] leader = SeriesGenerator.values(random, count);
      double[] values = SeriesGenerator.values(random, count);
      if (i % 2 == 0) {
        double share = random.nextDouble();
        for (int row = 0; row < count; row++) {
          boolean odd = random.nextInt(40) == 0;
          values[row] = odd ? values[row] : Math.rint(leader[row] * share) + random.nextInt(3);
        }
      }
      long[] steps = new long[count];
      PageDecoder.steps(leader, 0, count, steps);
      var encoder = new ValueEncoder();
      out.clear();
      if (encoder.encode(values, 0, count, out) != ValueCodec.DECIMAL) {
        continue;
      }
      out.clear();
      if (encoder.encodeFollowing(values, 0, count, steps, 17, out)) {
        followed++;
        double[] back = new double[count];
        in.reset(out.bytes(), 0, out.size());
        Leaders leaders =
            (distance, rows) -> {
              assertThat(distance).isEqualTo(17);
              return steps;
            };
        new ValueDecoder().decode(in, ValueCodec.FOLLOWING, leaders, back, 0, count);
        assertThat(bits(back)).as("rerun with -Dtest.seed=%d", seed).isEqualTo(bits(values));
        assertThat(in.remaining()).isZero();
      } else {
        assertThat(out.size()).isZero();
      }
    }
    assertThat(followed).isGreaterThan(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 100, 128, 130, 1000})
  void integers_ofEveryWidth_roundTrip(int count) {
    for (int width = 0; width <= 64; width++) {
      long[] values = new long[count];
      int shift = 64 - width;
      for (int i = 0; i < count; i++) {
        values[i] = width == 0 ? 5 : random.nextLong() >> shift;
        if (random.nextInt(100) == 0) {
          values[i] = random.nextLong();
        }
      }
      assertRoundTrip(values);
    }
  }

  @Test
  void timestamps_ofARegularScrape_takeConstantSize() {
    long[] few = new long[20];
    long[] many = new long[1000];
    for (int i = 0; i < many.length; i++) {
      many[i] = 1_700_000_000_123L + 15_000L * i;
    }
    System.arraycopy(many, 0, few, 0, few.length);
    assertThat(assertRoundTrip(many)).isEqualTo(assertRoundTrip(few)).isLessThan(16);
  }

  @Test
  void integers_counterWithReset_costsLittleMore() {
    long[] values = new long[1024];
    for (int i = 0; i < values.length; i++) {
      values[i] = i == 0 ? 0 : i == 700 ? 3 : values[i - 1] + 90 + random.nextInt(16);
    }
    assertThat(assertRoundTrip(values)).isLessThan(1024 * 4 / 8 + 40);
  }

  @Test
  void histograms_changingShape_roundTrip() {
    var rows = new FloatHistogram[300];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = SeriesGenerator.histogram(random, i);
    }
    new HistogramEncoder().encode(rows, 0, rows.length, out);
    var back = new FloatHistogram[rows.length];
    in.reset(out.bytes(), 0, out.size());
    new HistogramDecoder().decode(in, back, rows.length);
    assertThat(back).as("rerun with -Dtest.seed=%d", seed).isEqualTo(rows);
  }

  @Test
  void statistics_ofRandomPages_roundTrip() {
    for (int i = 0; i < 200; i++) {
      double[] values = SeriesGenerator.values(random, 1 + random.nextInt(300));
      PageStatistics statistics = StatisticsCodec.of(values, 0, values.length);
      if (statistics == null) {
        continue;
      }
      out.clear();
      StatisticsCodec.write(statistics, random.nextInt(4), values.length, out);
      in.reset(out.bytes(), 0, out.size());
      assertThat(StatisticsCodec.read(in, values.length))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(statistics);
    }
  }

  @Test
  void decode_brokenBytes_throwsAndNeverReadsOutside() {
    var encoder = new ValueEncoder();
    for (int i = 0; i < 3000; i++) {
      double[] values = SeriesGenerator.values(random, 200);
      out.clear();
      ValueCodec codec = encoder.encode(values, 0, values.length, out);
      out.bytes()[random.nextInt(out.size())] ^= (byte) (1 << random.nextInt(8));
      in.reset(out.bytes(), 0, random.nextInt(out.size() + 1));
      try {
        new ValueDecoder().decode(in, codec, Leaders.NONE, new double[200], 0, 200);
      } catch (MalformedPageException expected) {
        assertThat(expected).hasMessageNotContaining("null");
      }
    }
  }
}
