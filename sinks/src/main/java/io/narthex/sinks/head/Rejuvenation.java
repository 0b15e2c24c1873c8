package io.narthex.sinks.head;

import io.narthex.pipeline.model.StaleMarker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A new table of series without those that are idle: ended by a stale marker, or without a sample
 * for long. It is built beside the old one while that is in use, and completed under the head's
 * lock.
 */
final class Rejuvenation {
  /** Share of idle series from which on it is worth the work. */
  static final double WORTH = 0.25;

  private static final int GONE = -1;

  private final SeriesTable old;
  private final SeriesTable young = new SeriesTable();
  private final long idleBefore;
  private int[] idsInYoung;

  private Rejuvenation(SeriesTable old, long idleBefore, int size) {
    this.old = old;
    this.idleBefore = idleBefore;
    this.idsInYoung = new int[size];
  }

  /**
   * Builds the new table if enough series are idle; without the lock.
   *
   * @param idleBefore series whose last sample is older are idle
   * @param share of the series that must be idle
   * @return null if it is not worth it
   */
  static @Nullable Rejuvenation prepare(SeriesTable old, long idleBefore, double share) {
    int size = old.size();
    int idle = 0;
    for (int id = 0; id < size; id++) {
      idle += isIdle(old, id, idleBefore) ? 1 : 0;
    }
    if (idle == 0 || idle < size * share) {
      return null;
    }
    var rejuvenation = new Rejuvenation(old, idleBefore, size);
    for (int id = 0; id < size; id++) {
      rejuvenation.idsInYoung[id] =
          isIdle(old, id, idleBefore) ? GONE : rejuvenation.young.addFrom(old, id);
    }
    rejuvenation.young.order().adopt(old.order(), rejuvenation.idsInYoung);
    return rejuvenation;
  }

  /** Series that are left out. */
  int removed() {
    return old.size() - young.size();
  }

  /** Adds what came meanwhile; under the lock. The old table is not to be written to any more. */
  SeriesTable complete() {
    int prepared = idsInYoung.length;
    idsInYoung = Arrays.copyOf(idsInYoung, old.size());
    for (int id = 0; id < idsInYoung.length; id++) {
      boolean missing = id >= prepared || idsInYoung[id] == GONE;
      if (missing && !isIdle(old, id, idleBefore)) {
        idsInYoung[id] = young.addFrom(old, id);
        missing = false;
      }
      if (!missing) {
        young.copyLast(idsInYoung[id], old, id);
      }
    }
    return young;
  }

  private static boolean isIdle(SeriesTable series, int id, long idleBefore) {
    return series.lastTime(id) < idleBefore || series.lastBits(id) == StaleMarker.BITS;
  }
}
