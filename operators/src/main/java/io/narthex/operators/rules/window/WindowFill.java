package io.narthex.operators.rules.window;

import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SeriesSelection;
import java.util.List;

/**
 * Reads from a store what one selector selects, as far as it can be read: a span of time with
 * damage in it is halved until what has to be left out is short. Confined to one thread.
 */
final class WindowFill {
  /** No span that is shorter is halved. */
  private static final long SHORTEST_MILLIS = 60_000;

  /** The shortest span, as a part of how far the selector looks back. */
  private static final int PARTS = 64;

  private final SampleStore history;
  private final List<Matcher> matchers;
  private final long shortest;
  private final WindowStore.Limit last;
  private final Taker taker;
  private final Gaps gaps;
  private final SampleBuffer buffer;

  /** Takes samples of a series; those that it took before may come again. */
  interface Taker {
    void take(Labels labels, SampleBuffer samples);
  }

  /**
   * @param reach how far the selector looks back, milliseconds
   * @param last gives the last millisecond from which the samples of a series are taken
   * @param gaps learn what cannot be read
   * @param buffer to read into
   */
  WindowFill(
      SampleStore history,
      List<Matcher> matchers,
      long reach,
      WindowStore.Limit last,
      Taker taker,
      Gaps gaps,
      SampleBuffer buffer) {
    this.history = history;
    this.matchers = matchers;
    shortest = Math.max(SHORTEST_MILLIS, reach / PARTS);
    this.last = last;
    this.taker = taker;
    this.gaps = gaps;
    this.buffer = buffer;
  }

  /**
   * Reads a span of time.
   *
   * @param from first millisecond
   * @param to last millisecond
   */
  void read(long from, long to) {
    try (var found = history.select(new SampleStore.Selector(matchers, from, to, false))) {
      for (int series = 0; series < found.size(); series++) {
        var labels = found.labels(series);
        read(found, series, labels, from, Math.min(to, last.of(labels)));
      }
    } catch (FaultException e) {
      if (isLeftOut(e, from, to)) {
        return;
      }
      long middle = middle(from, to);
      read(from, middle);
      read(middle + 1, to);
    }
  }

  private void read(SeriesSelection found, int series, Labels labels, long from, long to) {
    if (to < from) {
      return;
    }
    buffer.clear();
    try {
      found.read(series, from - 1, to, buffer);
    } catch (FaultException e) {
      if (isLeftOut(e, from, to)) {
        return;
      }
      long middle = middle(from, to);
      read(found, series, labels, from, middle);
      read(found, series, labels, middle + 1, to);
      return;
    }
    taker.take(labels, buffer);
  }

  /** Whether a span that cannot be read is given up; it is to be halved otherwise. */
  private boolean isLeftOut(FaultException cause, long from, long to) {
    if (cause.fault() != Fault.CORRUPT_BLOCK) {
      throw cause;
    }
    long length = to - from; // negative if it is more than can be counted
    if (length < 0 || length > shortest) {
      return false;
    }
    gaps.add(matchers, from, to, cause.getMessage());
    return true;
  }

  private static long middle(long from, long to) {
    return (from & to) + ((from ^ to) >> 1);
  }
}
