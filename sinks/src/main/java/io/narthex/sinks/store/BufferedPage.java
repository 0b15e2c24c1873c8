package io.narthex.sinks.store;

import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.PageStatistics;
import io.narthex.pipeline.storage.SampleBuffer;
import org.jspecify.annotations.Nullable;

/** Decoded rows as a page; none if there are no rows. */
final class BufferedPage implements PageCursor {
  private final SampleBuffer rows;
  private boolean read;

  BufferedPage(SampleBuffer rows) {
    this.rows = rows;
  }

  @Override
  public boolean next() {
    if (read || rows.size() == 0) {
      return false;
    }
    read = true;
    return true;
  }

  @Override
  public long minTime() {
    return rows.timestamps()[0];
  }

  @Override
  public long maxTime() {
    return rows.timestamps()[rows.size() - 1];
  }

  @Override
  public int count() {
    return rows.size();
  }

  @Override
  public @Nullable PageStatistics statistics() {
    return null;
  }

  @Override
  public void read(SampleBuffer into) {
    copy(rows, into);
  }

  /** Appends all rows of a buffer to another. */
  static void copy(SampleBuffer from, SampleBuffer into) {
    into.ensure(into.size() + from.size());
    for (int row = 0; row < from.size(); row++) {
      var histogram = from.histogram(row);
      if (histogram != null) {
        into.add(from.timestamps()[row], histogram);
      } else {
        into.add(from.timestamps()[row], from.values()[row]);
      }
      into.startTimestamp(from.startTimestamp(row));
    }
  }
}
