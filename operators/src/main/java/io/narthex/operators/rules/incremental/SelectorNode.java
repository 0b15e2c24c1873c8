package io.narthex.operators.rules.incremental;

import io.narthex.operators.rules.window.SelectedSeries;
import io.narthex.operators.rules.window.SeriesWindow;
import io.narthex.pipeline.model.Labels;
import java.util.Arrays;

/**
 * Reads the series of one selector. What it finds in the samples of a series holds from one time to
 * another: until a sample comes or leaves the range, nothing is looked at again.
 */
abstract class SelectorNode extends SeriesNode {
  private final SelectedSeries source;
  private final long range;
  private final long offset;
  private final boolean keepsName;
  private boolean distinct = true;

  private SeriesWindow[] series = new SeriesWindow[0];
  private long[] from = new long[0];
  private long[] until = new long[0];
  private long seenStructure = -1;
  private long seenClock = -1;
  private long least = Long.MAX_VALUE;
  private long most = Long.MIN_VALUE;

  /**
   * @param range how far back samples count, exclusive, milliseconds
   * @param keepsName whether results have the name of the metric
   */
  SelectorNode(SelectedSeries source, long range, long offset, boolean keepsName) {
    this.source = source;
    this.range = range;
    this.offset = offset;
    this.keepsName = keepsName;
  }

  /** Makes room for the state of this many series. */
  abstract void resize(int size);

  /** Takes the state of a series to another position; positions only fall or only rise. */
  abstract void move(int position, int to);

  /**
   * Looks at the rows {@code [first, end)} of a series, which are those in the range.
   *
   * @param end at least {@code first}
   */
  abstract void look(int position, SeriesWindow window, int first, int end);

  /**
   * Computes what depends on the time, for all series.
   *
   * @param changed whether any series was looked at anew
   */
  abstract void compute(long rangeStart, long rangeEnd, boolean changed);

  @Override
  final boolean refresh(long time) {
    if (source.structure() != seenStructure) {
      remap();
    }
    if (!distinct || source.hasHistograms()) {
      return false;
    }
    long end = time - offset;
    boolean changed = false;
    if (source.clock() != seenClock || end >= most || end < least) {
      changed = lookAgain(end);
    }
    compute(end - range, end, changed);
    return true;
  }

  private boolean lookAgain(long end) {
    int size = series.length;
    long[] stamps = source.stamps();
    boolean changed = false;
    long latestFrom = Long.MIN_VALUE;
    long firstUntil = Long.MAX_VALUE;
    for (int position = 0; position < size; position++) {
      if (stamps[position] > seenClock || end >= until[position] || end < from[position]) {
        lookAt(position, end);
        changed = true;
      }
      latestFrom = Math.max(latestFrom, from[position]);
      firstUntil = Math.min(firstUntil, until[position]);
    }
    least = latestFrom;
    most = firstUntil;
    seenClock = source.clock();
    return changed;
  }

  private void lookAt(int position, long end) {
    var window = series[position];
    int first = window.after(end - range);
    int last = window.after(end);
    long holdsFrom = Long.MIN_VALUE;
    long holdsUntil = Long.MAX_VALUE;
    if (first > window.first()) {
      holdsFrom = window.time(first - 1) + range;
    }
    if (last > window.first()) {
      holdsFrom = Math.max(holdsFrom, window.time(last - 1));
    }
    if (first < window.end()) {
      holdsUntil = window.time(first) + range;
    }
    if (last < window.end()) {
      holdsUntil = Math.min(holdsUntil, window.time(last));
    }
    from[position] = holdsFrom;
    until[position] = holdsUntil;
    selected[position] = last > first;
    look(position, window, first, last);
  }

  /** Follows the selection; series that stay keep what is known of them. */
  private void remap() {
    var before = series;
    long[] fromBefore = from;
    long[] untilBefore = until;
    int size = source.size();
    series = new SeriesWindow[size];
    from = new long[size];
    until = new long[size];
    int[] origins = new int[size];
    int old = 0;
    for (int position = 0; position < size; position++) {
      var window = source.at(position);
      series[position] = window;
      while (old < before.length
          && before[old] != window
          && before[old].labels().compareTo(window.labels()) <= 0) {
        old++;
      }
      boolean known = old < before.length && before[old] == window;
      origins[position] = known ? old : -1;
      from[position] = known ? fromBefore[old] : Long.MAX_VALUE;
      until[position] = known ? untilBefore[old] : Long.MIN_VALUE;
    }
    int room = Math.max(size, before.length);
    values = Arrays.copyOf(values, room);
    present = Arrays.copyOf(present, room);
    selected = Arrays.copyOf(selected, room);
    resize(room);
    for (int position = 0; position < size; position++) {
      if (origins[position] > position) {
        moveAll(origins[position], position);
      }
    }
    for (int position = size - 1; position >= 0; position--) {
      if (origins[position] >= 0 && origins[position] < position) {
        moveAll(origins[position], position);
      }
    }
    distinct = keepsName || source.hasOneName() || areDistinct(size, this::nameless);
    seenStructure = source.structure();
    least = Long.MAX_VALUE;
    most = Long.MIN_VALUE;
    structure++;
    version++;
  }

  private void moveAll(int position, int to) {
    values[to] = values[position];
    present[to] = present[position];
    selected[to] = selected[position];
    move(position, to);
  }

  @Override
  final int size() {
    return series.length;
  }

  @Override
  final Labels labels(int position) {
    return keepsName ? series[position].labels() : nameless(position);
  }

  @Override
  final Labels nameless(int position) {
    return series[position].nameless();
  }

  @Override
  final boolean distinct() {
    return distinct;
  }

  @Override
  final boolean hasOneName() {
    return source.hasOneName();
  }

  @Override
  final Labels origin(int position) {
    return series[position].labels();
  }
}
