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
 * The times in which nobody took samples, between the end of one evaluator and the start of the
 * next, and the series that were coming until then: it is awaited that they come again, each for
 * two of its own intervals. A state that is from before several starts has several such times
 * behind it, and each tick is evaluated as the run that began before it would have done.
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

  /** No start hides anything for longer. */
  private static final long MOST_SHADOW_MILLIS =
      2 * MOST_INTERVAL_MILLIS + SLACK_MILLIS + MOST_RANGE_MILLIS;

  /** Series that former starts are looked through for; older starts are left out beyond them. */
  private static final int MOST_FORMER = 1 << 20;

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
      if (at >= to(look) || 2 * (at - last) <= 3 * interval) {
        return Sight.CLEAR; // it does not come any more, or none was missed yet
      }
      int end = series == null ? 0 : series.after(at);
      int next = series == null ? 0 : series.after(last);
      long came = series != null && next < end ? series.time(next) : at;
      if (2 * (came - last) <= 3 * interval) {
        return Sight.CLEAR; // none was missed
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

    /** Whether an outage that is over kept a sample of the series from coming. */
    boolean isMissed(WindowStore window) {
      var series = window.find(labels);
      if (series == null) {
        return false;
      }
      int next = series.after(last);
      return next == series.after(Long.MAX_VALUE) || 2 * (series.time(next) - last) > 3 * interval;
    }

    private long to(Look look) {
      return look.overTime ? to + Math.min(look.reach, MOST_RANGE_MILLIS) : to;
    }
  }

  /**
   * The outages before some starts.
   *
   * @param window filled with what came before and between them
   * @param written metrics that rules write; these come again by themselves
   * @param starts milliseconds, in order; the last is the one of now
   * @param oldest time of the samples of the oldest tick that will be evaluated, milliseconds
   */
  static Outage before(List<Long> starts, long oldest, WindowStore window, Set<String> written) {
    int newest = starts.size() - 1;
    var awaited = new ArrayList<>(before(starts.get(newest), window, written));
    for (int start = newest - 1; start >= 0 && awaited.size() < MOST_FORMER; start--) {
      if (starts.get(start) + MOST_SHADOW_MILLIS > oldest) {
        before(starts.get(start), window, written).stream()
            .filter(each -> each.isMissed(window))
            .forEach(awaited::add);
      }
    }
    long to = awaited.stream().mapToLong(Awaited::to).max().orElse(Long.MIN_VALUE);
    return awaited.isEmpty() ? NONE : new Outage(to + MOST_RANGE_MILLIS, awaited);
  }

  private static List<Awaited> before(long startedAt, WindowStore window, Set<String> written) {
    long heard = Long.MIN_VALUE;
    for (var series : window.series()) {
      int end = series.after(startedAt - 1);
      if (end > series.first()) {
        heard = Math.max(heard, series.time(end - 1));
      }
    }
    var awaited = new ArrayList<Awaited>();
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
        awaited.add(
            new Awaited(series.labels(), last, interval, startedAt + 2 * interval + SLACK_MILLIS));
      }
    }
    return awaited;
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
