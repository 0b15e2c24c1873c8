package io.narthex.pipeline.storage;

import org.jspecify.annotations.Nullable;

/** Decoded rows as one page, without statistics; no page if there are no rows. */
public final class BufferedPage implements PageCursor {
  private final SampleBuffer rows;
  private boolean begun;

  /**
   * @param rows in order of time; not to be changed while the page is read
   */
  public BufferedPage(SampleBuffer rows) {
    this.rows = rows;
  }

  @Override
  public boolean next() {
    boolean has = !begun && rows.size() > 0;
    begun = true;
    return has;
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
    into.addAll(rows);
  }
}
