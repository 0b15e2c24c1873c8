package io.narthex.operators.rules.window;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The series of a window that one selector selects, in label order, as the store gives them. Tells
 * readers which series changed since they looked last. Confined to one thread.
 */
public final class SelectedSeries {
  private final List<Matcher> matchers;
  private SeriesWindow[] series = new SeriesWindow[8];
  private long[] stamps = new long[8];
  private int size;
  private boolean arranged = true;
  private long clock;
  private long structure;
  private final Horizon horizon;
  private final LateTimes late = new LateTimes();
  private long newest = Long.MIN_VALUE;
  private boolean histograms;

  SelectedSeries(List<Matcher> matchers, Horizon horizon) {
    this.matchers = matchers;
    this.horizon = horizon;
  }

  /** The selector. */
  public List<Matcher> matchers() {
    return matchers;
  }

  /** Number of series. Positions hold until {@link #structure} changes. */
  public int size() {
    arrange();
    return size;
  }

  /** The series at a position. */
  public SeriesWindow at(int position) {
    return series[position];
  }

  /** The labels of the series at a position. */
  public Labels labels(int position) {
    return series[position].labels();
  }

  /** Goes up whenever series come, go or move. */
  public long structure() {
    arrange();
    return structure;
  }

  /** Goes up with each change of any series. */
  public long clock() {
    return clock;
  }

  /** The clock at the last change of each series; valid until the structure changes. */
  public long[] stamps() {
    return stamps;
  }

  /** Whether any series holds histograms, or did until samples were last forgotten. */
  public boolean hasHistograms() {
    return histograms;
  }

  /** A series has come to hold histograms. */
  void sawHistogram() {
    histograms = true;
  }

  /** Whether all series have one metric name, as the selector asks for it. */
  public boolean hasOneName() {
    for (Matcher matcher : matchers) {
      if (matcher.name().equals(Labels.METRIC_NAME) && matcher.type() == Matcher.Type.EQUAL) {
        return true;
      }
    }
    return false;
  }

  void add(SeriesWindow window) {
    if (size == series.length) {
      series = Arrays.copyOf(series, 2 * size);
      stamps = Arrays.copyOf(stamps, 2 * size);
    }
    series[size] = window;
    window.join(this, size);
    histograms |= window.hasHistograms();
    stamps[size++] = ++clock;
    structure++;
    arranged = false;
  }

  /** A series changed at a time. */
  void touched(int position, long time) {
    stamps[position] = ++clock;
    newest = Math.max(newest, time);
    if (horizon.isLate(time)) {
      if (late.isEmpty()) {
        horizon.add(this);
      }
      late.add(time);
    }
  }

  /** The time of the newest sample that ever came. */
  public long newest() {
    return newest;
  }

  /** Whether there are late samples that were not taken. */
  public boolean isLate() {
    return !late.isEmpty();
  }

  /** The times of late samples, in order; forgets them. */
  public long[] takeLate() {
    return late.take();
  }

  /** How many samples there are in {@code [from, to]}. */
  public long rows(long from, long to) {
    long rows = 0;
    for (int i = 0; i < size; i++) {
      rows += series[i].after(to) - series[i].after(from - 1);
    }
    return rows;
  }

  /** Drops the series without samples. */
  void removeEmpty() {
    int kept = 0;
    histograms = false;
    for (int i = 0; i < size; i++) {
      if (!series[i].isEmpty()) {
        series[kept] = series[i];
        stamps[kept] = stamps[i];
        series[kept].moved(this, kept);
        histograms |= series[kept].hasHistograms();
        kept++;
      }
    }
    if (kept < size) {
      Arrays.fill(series, kept, size, null);
      size = kept;
      structure++;
    }
  }

  private void arrange() {
    if (arranged) {
      return;
    }
    Arrays.sort(series, 0, size, Comparator.comparing(SeriesWindow::labels));
    long[] before = stamps;
    stamps = new long[series.length];
    for (int i = 0; i < size; i++) {
      stamps[i] = before[series[i].positionIn(this)];
      series[i].moved(this, i);
    }
    arranged = true;
  }
}
