package io.narthex.pipeline.storage;

import org.jspecify.annotations.Nullable;

/**
 * Walks the pages of one series. Pages come in order of time and do not overlap. Confined to one
 * thread; invalid once its selection is closed.
 */
public interface PageCursor {

  /** Moves to the next page; false after the last. */
  boolean next();

  /** Time of the page's first sample, in milliseconds. */
  long minTime();

  /** Time of the page's last sample, in milliseconds. */
  long maxTime();

  /** Samples in the page. */
  int count();

  /** What is known about the page's values without decoding it; null if nothing is. */
  @Nullable PageStatistics statistics();

  /** Decodes the page, appending to the buffer. */
  void read(SampleBuffer into);
}
