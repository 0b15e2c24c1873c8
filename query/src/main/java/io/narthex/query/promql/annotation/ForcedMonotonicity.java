package io.narthex.query.promql.annotation;

import io.narthex.pipeline.wire.DoubleText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * Where and how much the buckets of a classic histogram had to be made monotonic.
 *
 * @param minTime first evaluation time, in milliseconds
 * @param maxTime last evaluation time
 * @param minBucket least upper bound of a changed bucket
 * @param maxBucket greatest upper bound of a changed bucket
 * @param maxDifference greatest change of a count
 * @param samples evaluations that needed it
 */
public record ForcedMonotonicity(
    long minTime,
    long maxTime,
    double minBucket,
    double maxBucket,
    double maxDifference,
    long samples) {

  ForcedMonotonicity merge(ForcedMonotonicity other) {
    return new ForcedMonotonicity(
        Math.min(minTime, other.minTime),
        Math.max(maxTime, other.maxTime),
        Math.min(minBucket, other.minBucket),
        Math.max(maxBucket, other.maxBucket),
        Math.max(maxDifference, other.maxDifference),
        samples + other.samples);
  }

  String text() {
    return ", from buckets "
        + DoubleText.of(minBucket)
        + " to "
        + DoubleText.of(maxBucket)
        + ", with a max diff of "
        + twoDigits(maxDifference)
        + ", over "
        + samples
        + " samples from "
        + time(minTime)
        + " to "
        + time(maxTime);
  }

  private static String time(long millis) {
    return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String twoDigits(double value) {
    return DoubleText.of(Double.parseDouble(String.format(Locale.ROOT, "%.1e", value)));
  }
}
