package io.narthex.pipeline.storage;

import io.narthex.pipeline.model.Matcher;
import java.util.List;

/**
 * What an administrator may ask of a store. Calls block until done and are safe from several
 * threads; all fail with {@link io.narthex.pipeline.fault.FaultException} ({@code UNAVAILABLE}, or
 * {@code INTERNAL} when the disk refuses).
 */
public interface StoreAdmin {

  /** Writes what the head holds to blocks, so that the disk holds everything in its final form. */
  void flush();

  /**
   * Makes a copy of the store, as it is now, in its folder {@code snapshots}.
   *
   * @param skipHead leaves out what is not in a block yet
   * @return name of the copy's folder
   */
  String snapshot(boolean skipHead);

  /**
   * Deletes the samples of the series that satisfy all matchers; queries no longer see them when
   * this returns.
   *
   * @param from first millisecond
   * @param to last millisecond, included
   */
  void delete(List<Matcher> matchers, long from, long to);

  /** What was deleted, the oldest deletion first; those that are long final are forgotten. */
  List<Deletion> deletions();

  /**
   * Shows samples again that a deletion hid, as far as they are still on the disk.
   *
   * @param id of the deletion
   * @return the deletion as it is now
   * @throws io.narthex.pipeline.fault.FaultException {@code NOT_FOUND} if there is no such
   *     deletion, {@code BAD_DATA} if it is final or undone already
   */
  Deletion undoDeletion(long id);

  /**
   * Rewrites blocks with deleted samples, which frees their place on the disk and makes the
   * deletions final.
   */
  void cleanTombstones();
}
