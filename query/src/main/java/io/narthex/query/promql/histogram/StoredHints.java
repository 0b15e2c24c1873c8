package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import io.narthex.pipeline.model.Labels;
import java.util.HashMap;
import java.util.Map;

/**
 * Gives histograms the reset hints with which Prometheus' storage gives them back, for tests that
 * write them down: the first of a chunk, which begins at a reset or a change of layout, says
 * nothing; the others say that there was no reset. Not thread-safe.
 */
public final class StoredHints {
  private final Map<Labels, FloatHistogram> previous = new HashMap<>();

  /** The next histogram of a series with its hint. */
  public FloatHistogram next(Labels series, FloatHistogram histogram) {
    FloatHistogram before = previous.put(series, histogram);
    if (histogram.hint() == ResetHint.GAUGE || histogram.hint() == ResetHint.RESET) {
      return histogram;
    }
    FloatHistogram plain = HistogramMath.withHint(histogram, ResetHint.UNKNOWN);
    if (before == null
        || before.hint() == ResetHint.GAUGE
        || before.isStale()
        || Resets.detect(plain, before)) {
      return plain;
    }
    boolean sameLayout =
        histogram.schema() == before.schema()
            && histogram.zeroThreshold() == before.zeroThreshold();
    return sameLayout ? HistogramMath.withHint(histogram, ResetHint.NOT_RESET) : plain;
  }

  /** A float came: what follows is the first histogram again. */
  public void interrupted(Labels series) {
    previous.remove(series);
  }

  /** Forgets all series. */
  public void clear() {
    previous.clear();
  }
}
