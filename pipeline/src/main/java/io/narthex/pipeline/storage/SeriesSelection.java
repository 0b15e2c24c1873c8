package io.narthex.pipeline.storage;

import io.narthex.pipeline.model.Labels;

/**
 * The series of one selection. Different series may be read by different threads at once. Holds
 * what it reads from (blocks, parts of the head) until closed.
 */
public interface SeriesSelection extends AutoCloseable {

  /** Number of series. */
  int size();

  Labels labels(int series);

  /**
   * Appends the samples of a series in {@code (after, to]}, in order of time and without repeats,
   * to a buffer.
   *
   * @param after exclusive lower bound in milliseconds; {@link Long#MIN_VALUE} reads from the
   *     beginning
   * @param to inclusive upper bound in milliseconds
   */
  void read(int series, long after, long to, SampleBuffer into);

  /** Opens the pages of a series that overlap the selection's range, in order of time. */
  PageCursor pages(int series);

  @Override
  void close();
}
