package io.narthex.operators.rules.evaluation;

import io.narthex.operators.rules.window.WindowStore;
import java.util.TreeSet;

/**
 * When samples came before the start of an evaluator: ticks of a silence, of which nothing is
 * known, are not caught up. Confined to one thread.
 */
final class HeardTimes {
  private static final long SILENCE_MILLIS = 60_000;
  private static final long STEP_MILLIS = 5_000;

  private final long startedAt;
  private final TreeSet<Long> heard = new TreeSet<>();

  /**
   * @param startedAt later times are not looked at, milliseconds
   */
  HeardTimes(long startedAt) {
    this.startedAt = startedAt;
  }

  void hear(long time) {
    if (time < startedAt) {
      heard.add(Math.floorDiv(time, STEP_MILLIS));
    }
  }

  /** Hears all samples of a window that say whether ticks from a time on lie in a silence. */
  void hearAll(WindowStore window, long firstTick) {
    if (firstTick < startedAt) {
      window.eachTime(this::hear, firstTick - SILENCE_MILLIS);
    }
  }

  /**
   * Whether a tick before the start lies in a silence: no sample came for a minute before it and
   * longer than its group's interval.
   *
   * @param at time of the tick's samples
   */
  boolean isSilent(long at, long intervalMillis) {
    long silence = Math.max(SILENCE_MILLIS, intervalMillis);
    Long last = heard.floor(Math.floorDiv(at, STEP_MILLIS));
    return last == null || (last + 1) * STEP_MILLIS < at - silence;
  }

  /** A time after one in a silence, before which all is silent. */
  long nextHeard(long at) {
    Long next = heard.higher(Math.floorDiv(at, STEP_MILLIS));
    return next == null ? startedAt : Math.min(startedAt, next * STEP_MILLIS);
  }

  /** Forgets what no tick whose samples are of this time or later asks for. */
  void forget(long time) {
    heard.headSet(Math.floorDiv(time - 2 * SILENCE_MILLIS, STEP_MILLIS)).clear();
  }
}
