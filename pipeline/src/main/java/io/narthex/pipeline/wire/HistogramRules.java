package io.narthex.pipeline.wire;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What OpenMetrics demands of the samples of one histogram. */
final class HistogramRules {
  private final boolean gauge;
  private boolean begun;
  private double bound;
  private double observations;
  private boolean negative;
  private boolean hasCount;
  private double count;
  private boolean hasSum;
  private double sum;

  /**
   * Rules of one histogram.
   *
   * @param gauge whether it is a gauge histogram, whose sum may fall
   */
  HistogramRules(boolean gauge) {
    this.gauge = gauge;
  }

  /** Takes a bucket; says what is wrong with it. */
  @Nullable String bucket(@Nullable String le, double value) {
    Double next = number(le);
    if (le == null || next == null || next.isNaN()) {
      return "a bucket needs a label le with a number";
    }
    if (next == Double.POSITIVE_INFINITY && !le.equals("+Inf")) {
      return "the last bucket is written le=\"+Inf\"";
    }
    if (begun && (next <= bound || value < observations)) {
      return "buckets must be in order and their counts must not fall";
    }
    begun = true;
    bound = next;
    observations = value;
    negative |= next < 0;
    return null;
  }

  void count(double value) {
    hasCount = true;
    count = value;
  }

  void sum(double value) {
    hasSum = true;
    sum = value;
  }

  /** Says what is wrong with the histogram as a whole. */
  @Nullable String end() {
    if (!begun || bound != Double.POSITIVE_INFINITY) {
      return "histogram has no bucket le=\"+Inf\"";
    }
    if (hasCount && count != observations) {
      return "count of the histogram is not that of its last bucket";
    }
    if (hasSum && negative && !gauge) {
      return "a histogram with negative buckets has no sum";
    }
    if (hasSum && gauge && !negative && sum < 0) {
      return "sum is negative, yet there is no negative bucket";
    }
    return hasSum == hasCount || (negative && !gauge)
        ? null
        : "count and sum of a histogram come together";
  }

  /** The number in a label; null if it is none. */
  static @Nullable Double number(@Nullable String text) {
    var reader = new DecimalReader();
    byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    return reader.read(bytes, 0, bytes.length) ? reader.value : null;
  }
}
