package io.narthex.sinks.index;

import java.util.ArrayList;
import java.util.List;
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

  /** Values that a label has in these series, in byte order. */
  default List<String> valuesIn(String name, RoaringBitmap series) {
    var found = new ArrayList<String>();
    for (var value : values(name)) {
      if (RoaringBitmap.intersects(get(name, value), series)) {
        found.add(value);
      }
    }
    return found;
  }

  /** Names of all labels, in byte order, each once. */
  List<String> names();
}
