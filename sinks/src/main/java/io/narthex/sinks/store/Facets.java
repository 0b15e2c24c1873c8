package io.narthex.sinks.store;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.sinks.block.Block;
import io.narthex.sinks.index.Postings;
import io.narthex.sinks.index.PostingsQuery;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.roaringbitmap.RoaringBitmap;

/**
 * Names and values of labels in several places. Few series are asked for their labels; for many,
 * the inverted index is asked which values they have.
 */
final class Facets {
  /** Up to so many series of a place are asked for their names. */
  private static final int FEW = 4096;

  private final List<Place> places;
  private final List<List<Matcher>> matchers;

  /**
   * An inverted index and the labels of its series.
   *
   * @param labels by the number that a series has in the index
   */
  record Place(Postings postings, IntFunction<Labels> labels) {
    static Place of(BlockSet.Held held, Block block) {
      return new Place(held.postings(block), block::labels);
    }
  }

  /**
   * Makes facets of the series that satisfy one whole set of matchers.
   *
   * @param matchers no sets: all series
   */
  Facets(List<Place> places, List<List<Matcher>> matchers) {
    this.places = places;
    this.matchers = matchers;
  }

  List<String> names(int limit) {
    var found = new HashSet<String>();
    for (var place : places) {
      if (matchers.isEmpty()) {
        found.addAll(place.postings.names());
        continue;
      }
      var series = matching(place.postings);
      if (series.getCardinality() <= FEW) {
        series.forEach(
            (int id) -> place.labels.apply(id).forEach((name, value) -> found.add(name)));
        continue;
      }
      for (var name : place.postings.names()) {
        if (!found.contains(name) && anyValue(place.postings, name, series)) {
          found.add(name);
        }
      }
    }
    return sorted(found, limit);
  }

  List<String> values(String name, int limit) {
    var found = new HashSet<String>();
    for (var place : places) {
      if (matchers.isEmpty()) {
        var values = place.postings.values(name);
        found.addAll(limit > 0 && values.size() > limit ? values.subList(0, limit) : values);
        continue;
      }
      var series = matching(place.postings);
      if (series.getCardinality() <= place.postings.valueCount(name)) {
        series.forEach((int id) -> found.add(place.labels.apply(id).get(name)));
      } else {
        found.addAll(place.postings.valuesIn(name, series));
      }
    }
    found.remove(""); // of series without the label
    return sorted(found, limit);
  }

  /** Label sets of series; see {@link SampleStore#series}. */
  static List<Labels> series(
      SampleStore store, List<List<Matcher>> matchers, long from, long to, int limit) {
    if (matchers.size() <= 1) {
      return labels(store, matchers.isEmpty() ? List.of() : matchers.get(0), from, to, limit);
    }
    var found = new TreeSet<Labels>();
    for (var set : matchers) {
      found.addAll(labels(store, set, from, to, limit));
    }
    return limited(new ArrayList<>(found), limit);
  }

  private static List<Labels> labels(
      SampleStore store, List<Matcher> matchers, long from, long to, int limit) {
    try (var selection = store.select(new SampleStore.Selector(matchers, from, to, true))) {
      int count = limit > 0 ? Math.min(limit, selection.size()) : selection.size();
      var all = new ArrayList<Labels>(count);
      for (int i = 0; i < count; i++) {
        all.add(selection.labels(i));
      }
      return all;
    }
  }

  private static boolean anyValue(Postings place, String name, RoaringBitmap series) {
    for (var value : place.values(name)) {
      if (RoaringBitmap.intersects(place.get(name, value), series)) {
        return true;
      }
    }
    return false;
  }

  private RoaringBitmap matching(Postings place) {
    if (matchers.size() == 1) {
      return PostingsQuery.select(place, matchers.get(0));
    }
    var all = new RoaringBitmap();
    for (var set : matchers) {
      all.or(PostingsQuery.select(place, set));
    }
    return all;
  }

  private static List<String> sorted(Set<String> found, int limit) {
    var all = new ArrayList<>(found);
    all.sort(Names.BYTE_ORDER);
    return limited(all, limit);
  }

  private static <T> List<T> limited(List<T> all, int limit) {
    return limit > 0 && all.size() > limit ? List.copyOf(all.subList(0, limit)) : all;
  }
}
