package io.narthex.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.narthex.pipeline.model.Labels;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeltaStreamsTest {
  private static final Labels SERIES = Labels.of("__name__", "m", "a", "b");
  private static final long SECOND = 1_000_000_000;

  private final AtomicLong nanos = new AtomicLong();
  private final DeltaStreams streams = new DeltaStreams(10_000, nanos::get);
  private final OtlpPoint point = new OtlpPoint();

  private OtlpPoint number(long start, long time, double value) {
    point.start = start;
    point.time = time;
    point.value = value;
    return point;
  }

  @Test
  void add_numbers_areSummedSinceTheFirstStart() {
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(5, 10, 1.5))).isNull();
    assertThat(point.value).isEqualTo(1.5);
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(10, 20, 2))).isNull();
    assertThat(point.value).isEqualTo(3.5);
    assertThat(point.start).isEqualTo(5);
    assertThat(streams.add(Labels.of("__name__", "n"), OtlpMetric.SUM, number(10, 20, 2))).isNull();
    assertThat(point.value).isEqualTo(2);
  }

  @Test
  void add_pointSentAgain_showsTheSameSum() {
    streams.add(SERIES, OtlpMetric.SUM, number(5, 10, 1));
    streams.add(SERIES, OtlpMetric.SUM, number(10, 20, 2));
    for (int i = 0; i < 3; i++) {
      assertThat(streams.add(SERIES, OtlpMetric.SUM, number(10, 20, 2))).isNull();
      assertThat(point.value).isEqualTo(3);
      assertThat(point.start).isEqualTo(5);
    }
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(20, 30, 4))).isNull();
    assertThat(point.value).isEqualTo(7);
  }

  @Test
  void add_otherPointOfTheSameTimeOrAnOlderOne_isRefusedAndChangesNothing() {
    streams.add(SERIES, OtlpMetric.SUM, number(5, 10, 1));
    streams.add(SERIES, OtlpMetric.SUM, number(10, 20, 1));
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(10, 20, 2))).contains("not newer");
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(9, 20, 1))).contains("not newer");
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(5, 10, 1))).contains("not newer");
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(4, 30, 1))).contains("begins before");
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(20, 30, 1))).isNull();
    assertThat(point.value).isEqualTo(3);
  }

  @Test
  void add_histogramSentAgain_showsTheSameSum() {
    double[] bounds = {1, 2};
    streams.add(SERIES, OtlpMetric.HISTOGRAM, histogram(10, bounds, 1, 2, 3));
    for (int i = 0; i < 2; i++) {
      assertThat(streams.add(SERIES, OtlpMetric.HISTOGRAM, histogram(20, bounds, 1, 0, 1)))
          .isNull();
      assertThat(point.counts.copy()).containsExactly(2, 2, 4);
      assertThat(point.count).isEqualTo(8);
      assertThat(point.sum).isEqualTo(16);
      assertThat(point.start).isEqualTo(9);
    }
    assertThat(streams.add(SERIES, OtlpMetric.HISTOGRAM, histogram(20, bounds, 0, 1, 1)))
        .contains("not newer");
  }

  @Test
  void add_seriesThatWasSilent_beginsAnew() {
    streams.add(SERIES, OtlpMetric.SUM, number(5, 10, 1));
    nanos.addAndGet(DeltaStreams.MOST_SILENCE.toNanos());
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(20, 30, 7))).isNull();
    assertThat(point.value).isEqualTo(7);
    assertThat(point.start).isEqualTo(20);
    assertThat(streams.size()).isEqualTo(1);
  }

  @Test
  void add_moreSeriesThanFit_furtherOnesAreRefusedUntilOthersAreSilent() {
    int taken = 0;
    String refusal = null;
    while (refusal == null) {
      refusal =
          streams.add(
              Labels.of("__name__", "m", "n", "" + taken++), OtlpMetric.SUM, number(1, 2, 1));
    }
    assertThat(refusal).contains("too many series", "10000 bytes");
    assertThat(streams.size()).isEqualTo(taken - 1).isBetween(20, 40);
    nanos.addAndGet(DeltaStreams.MOST_SILENCE.toNanos() - SECOND);
    assertThat(streams.add(Labels.of("__name__", "m", "n", "0"), OtlpMetric.SUM, number(2, 3, 1)))
        .isNull();
    assertThat(point.value).isEqualTo(2);
    nanos.addAndGet(SECOND);
    assertThat(streams.add(SERIES, OtlpMetric.SUM, number(1, 2, 1))).isNull();
    assertThat(streams.size()).isEqualTo(2);
  }

  private OtlpPoint histogram(long time, double[] bounds, double... counts) {
    point.start = time - 1;
    point.time = time;
    point.bounds.size = 0;
    for (double bound : bounds) {
      point.bounds.add(Double.doubleToRawLongBits(bound));
    }
    point.counts.set(counts);
    point.count = 0;
    for (double count : counts) {
      point.count += count;
    }
    point.sum = 2 * point.count;
    point.hasSum = true;
    return point;
  }

  @Test
  void add_histogramWithOtherBounds_beginsAnewWithThem() {
    double[] bounds = {1, 2};
    streams.add(SERIES, OtlpMetric.HISTOGRAM, histogram(10, bounds, 1, 2, 3));
    streams.add(SERIES, OtlpMetric.HISTOGRAM, histogram(20, bounds, 1, 0, 1));
    assertThat(point.counts.copy()).containsExactly(2, 2, 4);
    assertThat(point.count).isEqualTo(8);
    assertThat(point.sum).isEqualTo(16);
    assertThat(point.start).isEqualTo(9);
    streams.add(SERIES, OtlpMetric.HISTOGRAM, histogram(30, new double[] {1, 3}, 1, 0, 1));
    assertThat(point.counts.copy()).containsExactly(1, 0, 1);
    assertThat(point.count).isEqualTo(2);
    assertThat(point.start).isEqualTo(29);
  }

  private void exponential(Random random, long time) {
    point.start = 1;
    point.time = time;
    point.scale = random.nextInt(12) - 4;
    point.zeroThreshold = random.nextInt(3) == 0 ? 0.001 * random.nextInt(4) : 0;
    point.zeroCount = random.nextInt(3);
    point.positiveOffset = random.nextInt(100) - 50;
    point.negativeOffset = random.nextInt(100) - 50;
    point.counts.set(random.doubles(random.nextInt(300), 0, 5).map(Math::floor).toArray());
    point.negativeCounts.set(random.doubles(random.nextInt(20), 0, 5).map(Math::floor).toArray());
    point.count = point.zeroCount + total(point.counts.copy()) + total(point.negativeCounts.copy());
    point.sum = random.nextInt(100);
    point.hasSum = true;
  }

  private static double total(double[] counts) {
    double total = 0;
    for (double count : counts) {
      total += count;
    }
    return total;
  }

  /** Observations whose size is at most a bound, zero bucket aside; the bound ends a bucket. */
  private static double upTo(OtlpPoint point, double log2) {
    double seen = 0;
    double[] counts = point.counts.copy();
    for (int i = 0; i < counts.length; i++) {
      if (Math.scalb(point.positiveOffset + i + 1.0, -point.scale) <= log2) {
        seen += counts[i];
      }
    }
    return seen;
  }

  @Test
  void add_exponentialHistograms_noObservationIsLostOrMoved() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 50; round++) {
      var series = Labels.of("__name__", "m", "round", "" + round);
      var all = new DeltaStreams(1 << 20);
      double count = 0;
      double belowOne = 0;
      boolean zeroOnly = true;
      for (int i = 0; i < 8; i++) {
        exponential(random, 10 + i);
        count += point.count;
        belowOne += upTo(point, 0) + (point.zeroThreshold < 1 ? point.zeroCount : 0);
        zeroOnly &= point.zeroThreshold == 0;
        assertThat(all.add(series, OtlpMetric.EXPONENTIAL, point)).isNull();
      }
      assertThat(point.count).as("-Dtest.seed=%d", seed).isEqualTo(count);
      double shown =
          point.zeroCount + total(point.counts.copy()) + total(point.negativeCounts.copy());
      assertThat(shown).as("-Dtest.seed=%d", seed).isEqualTo(count);
      assertThat(point.counts.size).isLessThanOrEqualTo(160);
      if (zeroOnly) { // 1 ends a bucket at every scale
        assertThat(upTo(point, 0) + point.zeroCount).as("-Dtest.seed=%d", seed).isEqualTo(belowOne);
      }
    }
  }

  @Test
  void add_exponentialHistogramSentAgain_showsTheSameSum() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    var all = new DeltaStreams(1 << 20);
    exponential(random, 10);
    all.add(SERIES, OtlpMetric.EXPONENTIAL, point);
    long again = random.nextLong();
    exponential(new Random(again), 11);
    all.add(SERIES, OtlpMetric.EXPONENTIAL, point);
    double count = point.count;
    double sum = point.sum;
    double[] counts = point.counts.copy();
    exponential(new Random(again), 11);
    assertThat(all.add(SERIES, OtlpMetric.EXPONENTIAL, point)).as("-Dtest.seed=%d", seed).isNull();
    assertThat(point.count).as("-Dtest.seed=%d", seed).isEqualTo(count);
    assertThat(point.sum).as("-Dtest.seed=%d", seed).isEqualTo(sum);
    assertThat(point.counts.copy()).as("-Dtest.seed=%d", seed).containsExactly(counts);
  }

  @Test
  void add_exponentialHistogramOutOfRange_isRefused() {
    point.time = 1;
    point.scale = 1 << 30;
    assertThat(streams.add(SERIES, OtlpMetric.EXPONENTIAL, point)).contains("scale", "-10 to 20");
    point.scale = 0;
    point.zeroThreshold = Double.NaN;
    assertThat(streams.add(SERIES, OtlpMetric.EXPONENTIAL, point)).contains("zero threshold");
    assertThat(streams.size()).isZero();
  }
}
