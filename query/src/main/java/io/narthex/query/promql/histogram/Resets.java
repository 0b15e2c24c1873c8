package io.narthex.query.promql.histogram;

import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.FloatHistogram.ResetHint;
import java.util.Arrays;

/** Finds counter resets between histograms. */
public final class Resets {
  private Resets() {}

  /**
   * Whether a counter was reset between two samples: some count fell (of all observations, of the
   * zero bucket or of any bucket, but not the sum), or the layout became finer. What the sample
   * itself says about a reset comes first.
   */
  public static boolean detect(FloatHistogram current, FloatHistogram previous) {
    if (current.hint() == ResetHint.RESET) {
      return true;
    }
    if (current.hint() == ResetHint.NOT_RESET) {
      return false;
    }
    if (current.count() < previous.count()
        || current.hasCustomBuckets() != previous.hasCustomBuckets()) {
      return true;
    }
    var now = new HistogramSum(current, false);
    var before = new HistogramSum(previous, false);
    if (current.hasCustomBuckets()) {
      reconcileBounds(now, current.customValues(), before, previous.customValues());
    } else {
      if (current.schema() > previous.schema()
          || current.zeroThreshold() < previous.zeroThreshold()) {
        return true;
      }
      if (current.zeroThreshold() > previous.zeroThreshold()) {
        before.widen(current.zeroThreshold());
        if (before.zeroThreshold() != current.zeroThreshold()) {
          return true;
        }
      }
      if (current.zeroCount() < before.zeroCount()) {
        return true;
      }
      before.reduceTo(current.schema());
    }
    return fell(now.positive(), before.positive()) || fell(now.negative(), before.negative());
  }

  private static void reconcileBounds(
      HistogramSum now, double[] bounds, HistogramSum before, double[] boundsBefore) {
    if (!Arrays.equals(bounds, boundsBefore)) {
      double[] common = CustomBounds.common(bounds, boundsBefore);
      now.mapTo(common);
      before.mapTo(common);
    }
  }

  private static boolean fell(Buckets now, Buckets before) {
    int at = 0;
    for (int i = 0; i < before.size(); i++) {
      while (at < now.size() && now.index(at) < before.index(i)) {
        at++;
      }
      boolean has = at < now.size() && now.index(at) == before.index(i);
      if (has ? now.count(at) < before.count(i) : before.count(i) != 0) {
        return true;
      }
    }
    return false;
  }
}
