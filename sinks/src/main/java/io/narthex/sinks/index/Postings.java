package io.narthex.sinks.index;

import java.util.List;
import java.util.function.Consumer;
import org.roaringbitmap.RoaringBitmap;

/**
 * An inverted index: for each label pair the ids of the series that have it. Safe for use by
 * several threads. Bitmaps and lists that are returned belong to the index and are not to be
 * changed.
 */
public interface Postings {

  /** Ids of all series. */
  RoaringBitmap all();

  /** Ids of the series with this label pair; empty if there are none. */
  RoaringBitmap get(String name, String value);

  /** Values that a label has, in byte order, each once; empty if no series has the label. */
  List<String> values(String name);

  /** How many values a label has; may count those of hidden series. */
  default int valueCount(String name) {
    return values(name).size();
  }

  /**
   * Finds the values that a label has in these series.
   *
   * @param found is given each of them once, in byte order
   * @param checkpoint is run for each of the others, and may stop the search by an exception
   */
  default void valuesIn(
      String name, RoaringBitmap series, Consumer<String> found, Runnable checkpoint) {
    for (var value : values(name)) {
      if (RoaringBitmap.intersects(get(name, value), series)) {
        found.accept(value);
      } else {
        checkpoint.run();
      }
    }
  }

  /** Names of all labels, in byte order, each once. */
  List<String> names();
}
