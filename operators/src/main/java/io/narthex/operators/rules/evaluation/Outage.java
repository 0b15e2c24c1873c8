package io.narthex.operators.rules.evaluation;

import io.narthex.operators.rules.window.SeriesWindow;
import io.narthex.operators.rules.window.WindowStore;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.StaleMarker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The time in which nobody took samples, between the end of one evaluator and the start of the one
 * that goes on from its state, and the series that were coming until then: it is awaited that they
 * come again, each for two of its own intervals.
 *
 * <p>A rate over a range that begins in the outage is too low until the outage has left the range.
 *
 * @param to nothing is awaited from here on, milliseconds
 */
record Outage(long to, List<Awaited> awaited) {
  /** Nobody was away. */
  static final Outage NONE = new Outage(Long.MIN_VALUE, List.of());

  private static final long USUAL_INTERVAL_MILLIS = 60_000;
  private static final long LEAST_INTERVAL_MILLIS = 1_000;
  private static final long MOST_INTERVAL_MILLIS = 600_000;

  /** What a process needs until its first scrapes begin, and how long these take. */
  private static final long SLACK_MILLIS = 15_000;

  /** Until how long after a start ranges are waited for that begin in the outage. */
  private static final long MOST_RANGE_MILLIS = 600_000;

  /** How much of what a look at series would have found it finds. */
  enum Sight {
    /** All that matters. */
    CLEAR,
    /** Less than the whole of a range. */
    PARTIAL,
    /** Not enough to know anything. */
    BLIND
  }

  /**
   * A look back at series.
   *
   * @param reach how far it goes back, milliseconds
   * @param overTime whether it is for more than the newest sample
   */
  record Look(long reach, boolean overTime) {}

  /**
   * A series that was coming.
   *
   * @param last time of its last sample before the outage, milliseconds
   * @param interval between its last two samples, milliseconds
   * @param to it is not awaited from here on, milliseconds
   */
  record Awaited(Labels labels, long last, long interval, long to) {
    /**
     * How much a look finds.
     *
     * @param series the window of the series; null if it has no samples
     * @param at from when it looks back, milliseconds
     */
    Sight sight(@Nullable SeriesWindow series, Look look, long at) {
      int end = series == null ? 0 : series.after(at);
      int next = series == null ? 0 : series.after(last);
      long came = series != null && next < end ? series.time(next) : at;
      if (2 * (came - last) <= 3 * interval || at >= to(look)) {
        return Sight.CLEAR; // none was missed, or they do not come any more
      }
      if (series == null) {
        return Sight.BLIND;
      }
      if (next < end && StaleMarker.is(series.value(end - 1))) {
        return Sight.CLEAR; // it has ended
      }
      long begin = at - look.reach;
      int seen = end - series.after(begin);
      if (!look.overTime) {
        return seen > 0 || at >= to ? Sight.CLEAR : Sight.BLIND;
      }
      if (next == end || (seen < 2 && end - next < 2)) {
        return at >= to ? Sight.CLEAR : Sight.BLIND;
      }
      return last <= begin && 2 * (came - begin) > 3 * interval ? Sight.PARTIAL : Sight.CLEAR;
    }

    private long to(Look look) {
      return look.overTime ? to + Math.min(look.reach, MOST_RANGE_MILLIS) : to;
    }
  }

  /**
   * The outage before a start.
   *
   * @param window filled with what came before it
   * @param written metrics that rules write; these come again by themselves
   * @param startedAt milliseconds
   */
  static Outage before(long startedAt, WindowStore window, Set<String> written) {
    long heard = Long.MIN_VALUE;
    for (var series : window.series()) {
      int end = series.after(startedAt - 1);
      if (end > series.first()) {
        heard = Math.max(heard, series.time(end - 1));
      }
    }
    var awaited = new ArrayList<Awaited>();
    long to = Long.MIN_VALUE;
    for (var series : window.series()) {
      int end = series.after(startedAt - 1);
      if (end == series.first()
          || StaleMarker.is(series.value(end - 1))
          || written.contains(series.labels().metricName())) {
        continue;
      }
      long last = series.time(end - 1);
      long interval = interval(series, end);
      if (2 * (heard - last) <= 5 * interval) { // others had ended before
        var each =
            new Awaited(series.labels(), last, interval, startedAt + 2 * interval + SLACK_MILLIS);
        awaited.add(each);
        to = Math.max(to, each.to() + MOST_RANGE_MILLIS);
      }
    }
    return awaited.isEmpty() ? NONE : new Outage(to, awaited);
  }

  /** The least of the last two intervals: a scrape that failed makes one of them longer. */
  private static long interval(SeriesWindow series, int end) {
    long interval = Long.MAX_VALUE;
    for (int row = Math.max(series.first() + 1, end - 2); row < end; row++) {
      interval = Math.min(interval, series.time(row) - series.time(row - 1));
    }
    return interval == Long.MAX_VALUE
        ? USUAL_INTERVAL_MILLIS
        : Math.max(LEAST_INTERVAL_MILLIS, Math.min(MOST_INTERVAL_MILLIS, interval));
  }
}
