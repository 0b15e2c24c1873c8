package io.narthex.operators.alert;

import io.narthex.pipeline.model.Labels;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How pending alerts go on after their state was lost: from the series {@code ALERTS_FOR_STATE}
 * that were written before.
 *
 * @param graceMillis {@code --rules.alert.for-grace-period}: rules with a shorter {@code for} begin
 *     anew, and no alert fires earlier than this after the restart
 * @param history what was written
 */
public record ForStateRestore(long graceMillis, History history) {

  /** The newest points of {@code ALERTS_FOR_STATE} within {@code for-outage-tolerance}. */
  @FunctionalInterface
  public interface History {
    /**
     * The newest point of a series before a time; null if there is none.
     *
     * @param series labels of the series without its metric name
     * @param before milliseconds; a tick that is evaluated again must not see what was written at
     *     it and after it
     */
    @Nullable Point newest(Labels series, long before);
  }

  /**
   * A point of such a series.
   *
   * @param time in milliseconds
   * @param value when the alert became active, in seconds; a stale marker if it was not active
   */
  public record Point(long time, double value) {}

  public static ForStateRestore of(Duration grace, History history) {
    return new ForStateRestore(grace.toMillis(), history);
  }

  /** Since when an alert counts as active that was just found active at the tick. */
  AlertInstance restore(AlertInstance alert, AlertTick tick, long holdMillis) {
    var point = holdMillis < graceMillis ? null : history.newest(alert.labels(), tick.sampleTime());
    if (point == null || Double.isNaN(point.value())) {
      return alert;
    }
    long downAt = Math.floorDiv(point.time(), 1000) * 1000;
    long activeAt = ((long) point.value()) * 1000;
    long remaining = holdMillis - (downAt - activeAt);
    if (remaining <= 0) {
      return alert.activeSince(activeAt); // it was firing and does so again at once
    }
    return remaining < graceMillis
        ? alert.activeSince(tick.time() + graceMillis - holdMillis)
        : alert.activeSince(activeAt + tick.time() - downAt); // the outage does not count
  }
}
