package io.narthex.sources.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.FloatHistogram;
import org.junit.jupiter.api.Test;

class HistogramLimitsTest {

  private static HistogramLimits limits(int buckets, double factor) {
    var job = new JobBuilder("j");
    job.bucketLimit = buckets;
    job.minBucketFactor = factor;
    return new HistogramLimits(job.build());
  }

  /** Eight buckets side by side at schema 3, with one observation each. */
  private static FloatHistogram histogram() {
    return new FloatHistogram(
        FloatHistogram.ResetHint.UNKNOWN,
        3,
        0.001,
        0,
        8,
        12,
        new int[] {1, 8},
        new double[] {1, 1, 1, 1, 1, 1, 1, 1},
        new int[0],
        new double[0],
        new double[0]);
  }

  @Test
  void apply_noLimits_leavesItAsItIs() {
    var h = histogram();
    assertThat(limits(0, 0).apply(h)).isSameAs(h);
  }

  @Test
  void apply_bucketLimit_lowersTheResolution() {
    assertThat(limits(8, 0).apply(histogram()).schema()).isEqualTo(3);
    var four = limits(4, 0).apply(histogram());
    assertThat(four.schema()).isEqualTo(2);
    assertThat(four.positiveBuckets()).containsExactly(2, 2, 2, 2);
    assertThat(limits(1, 0).apply(histogram()).schema()).isZero();
  }

  @Test
  void apply_minBucketFactor_boundsTheSchema() {
    assertThat(limits(0, 2).apply(histogram()).schema()).isZero();
    assertThat(limits(0, 1.2).apply(histogram()).schema()).isEqualTo(2);
    assertThat(limits(0, 1.1).apply(histogram()).schema()).isEqualTo(3);
  }

  @Test
  void apply_tooManyCustomBuckets_isRefused() {
    var custom =
        new FloatHistogram(
            FloatHistogram.ResetHint.UNKNOWN,
            FloatHistogram.CUSTOM_BUCKETS,
            0,
            0,
            2,
            2,
            new int[] {0, 2},
            new double[] {1, 1},
            new int[0],
            new double[0],
            new double[] {1, 2});
    assertThatThrownBy(() -> limits(1, 0).apply(custom))
        .hasMessage("histogram bucket limit exceeded");
  }
}
