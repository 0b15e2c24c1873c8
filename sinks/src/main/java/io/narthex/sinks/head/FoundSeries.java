package io.narthex.sinks.head;

import io.narthex.pipeline.model.Matcher;
import io.narthex.sinks.index.PostingsQuery;
import java.util.Arrays;
import java.util.List;

/**
 * The series of a table that satisfy matchers, in label order. The index is searched without the
 * head's lock, while a batch may be half registered; so it counts only up to a number of series,
 * and those that came later are looked at one by one.
 */
final class FoundSeries {
  private final SeriesTable series;
  private final List<Matcher> matchers;
  private int searched;
  private int[] ids;

  /**
   * Searches the index.
   *
   * @param checkpoint is run now and then, and may stop the search by an exception
   */
  FoundSeries(SeriesTable series, List<Matcher> matchers, Runnable checkpoint) {
    this.series = series;
    this.matchers = matchers;
    this.searched = series.size();
    var bitmap = PostingsQuery.select(series.postings(), matchers, checkpoint);
    bitmap.remove((long) searched, 1L << 32);
    this.ids = bitmap.toArray();
    series.order().sort(ids);
  }

  /** Whether no series was added since. */
  boolean isComplete() {
    return searched == series.size();
  }

  /** Looks at the series that were added since. */
  void complete() {
    int size = series.size();
    int[] all = Arrays.copyOf(ids, ids.length + size - searched);
    int count = ids.length;
    for (int id = searched; id < size; id++) {
      if (matches(id)) {
        all[count++] = id;
      }
    }
    searched = size;
    if (count > ids.length) {
      ids = Arrays.copyOf(all, count);
      series.order().sort(ids);
    }
  }

  /** The series; not to be changed. */
  int[] ids() {
    return ids;
  }

  private boolean matches(int id) {
    var labels = series.labels(id);
    for (var matcher : matchers) {
      if (!matcher.matches(labels.get(matcher.name()))) {
        return false;
      }
    }
    return true;
  }
}
