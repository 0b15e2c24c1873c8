package io.narthex.query.promql.exec;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.query.promql.histogram.HistogramMath;
import io.narthex.query.promql.histogram.Resets;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what histograms do not say about counter resets, by comparing each with the one before.
 * Prometheus does so where only count and sum of a histogram are asked for, since it then reads no
 * buckets by which later stages could tell; annotations depend on it.
 */
final class ResetHints {
  private final SampleBuffer resolved;

  ResetHints(Evaluation evaluation) {
    resolved = evaluation.buffer();
  }

  /** The samples with hints; the same buffer if it holds no histograms. */
  SampleBuffer resolve(SampleBuffer buffer) {
    if (!buffer.hasHistograms()) {
      return buffer;
    }
    resolved.clear();
    @Nullable FloatHistogram previous = null;
    for (int row = 0; row < buffer.size(); row++) {
      long time = buffer.timestamps()[row];
      @Nullable FloatHistogram histogram = buffer.histogram(row);
      if (histogram == null) {
        resolved.add(time, buffer.values()[row]);
      } else {
        resolved.add(time, resolve(histogram, previous));
        previous = histogram.isStale() ? previous : histogram;
      }
      resolved.startTimestamp(buffer.startTimestamp(row));
    }
    return resolved;
  }

  private static FloatHistogram resolve(
      FloatHistogram histogram, @Nullable FloatHistogram previous) {
    if (histogram.hint() != ResetHint.UNKNOWN || previous == null || histogram.isStale()) {
      return histogram;
    }
    boolean reset = Resets.detect(histogram, previous);
    return HistogramMath.withHint(histogram, reset ? ResetHint.RESET : ResetHint.NOT_RESET);
  }
}
