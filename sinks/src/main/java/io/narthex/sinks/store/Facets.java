package io.narthex.sinks.store;

import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.pipeline.storage.SampleStore.Lookup;
import io.narthex.pipeline.storage.SampleStore.Selector;
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

  /** Series or values between two looks whether the lookup is still wanted. */
  private static final int LOOK = 256;

  private final List<Place> places;
  private final Lookup lookup;
  private final List<List<Matcher>> matchers;
  private int steps;

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

  /** Makes facets of the series that a lookup asks for; for one use. */
  Facets(List<Place> places, Lookup lookup) {
    this.places = places;
    this.lookup = lookup;
    this.matchers = lookup.matchers();
  }

  List<String> names() {
    var found = new HashSet<String>();
    for (var place : places) {
      if (matchers.isEmpty()) {
        found.addAll(place.postings.names());
        continue;
      }
      var series = matching(place.postings, found);
      if (series.getCardinality() <= FEW) {
        series.forEach(
            (int id) -> {
              look(found);
              place.labels.apply(id).forEach((name, value) -> found.add(name));
            });
        continue;
      }
      for (var name : place.postings.names()) {
        lookup.growth().accept(found.size() + 1);
        if (!found.contains(name) && anyValue(place.postings, name, series, found)) {
          found.add(name);
        }
      }
    }
    return sorted(found, lookup.limit());
  }

  List<String> values(String name) {
    int limit = lookup.limit();
    var found = new HashSet<String>();
    for (var place : places) {
      if (matchers.isEmpty()) {
        lookup.growth().accept(found.size() + place.postings.valueCount(name));
        var values = place.postings.values(name);
        found.addAll(limit > 0 && values.size() > limit ? values.subList(0, limit) : values);
        continue;
      }
      var series = matching(place.postings, found);
      if (series.getCardinality() <= place.postings.valueCount(name)) {
        series.forEach(
            (int id) -> {
              look(found);
              found.add(place.labels.apply(id).get(name));
            });
      } else {
        place.postings.valuesIn(
            name,
            series,
            value -> {
              look(found);
              found.add(value);
            },
            () -> look(found));
      }
    }
    found.remove(""); // of series without the label
    return sorted(found, limit);
  }

  /** Label sets of series; see {@link SampleStore#series}. */
  static List<Labels> series(SampleStore store, Lookup lookup) {
    var matchers = lookup.matchers();
    if (matchers.size() <= 1) {
      return labels(store, matchers.isEmpty() ? List.of() : matchers.get(0), lookup, 0);
    }
    var found = new TreeSet<Labels>();
    for (var set : matchers) {
      found.addAll(labels(store, set, lookup, found.size()));
    }
    return limited(new ArrayList<>(found), lookup.limit());
  }

  private static List<Labels> labels(
      SampleStore store, List<Matcher> matchers, Lookup lookup, int before) {
    int limit = lookup.limit();
    Runnable checkpoint = () -> lookup.growth().accept(before);
    var wanted = new Selector(matchers, lookup.from(), lookup.to(), true, checkpoint);
    try (var selection = store.select(wanted)) {
      int count = limit > 0 ? Math.min(limit, selection.size()) : selection.size();
      var all = new ArrayList<Labels>();
      for (int i = 0; i < count; i++) {
        if (i % LOOK == 0) {
          lookup.growth().accept(before + Math.min(count, i + LOOK));
        }
        all.add(selection.labels(i));
      }
      return all;
    }
  }

  private void look(Set<?> found) {
    steps++;
    if (steps % LOOK == 0) {
      lookup.growth().accept(found.size() + LOOK);
    }
  }

  private boolean anyValue(Postings place, String name, RoaringBitmap series, Set<?> found) {
    for (var value : place.values(name)) {
      look(found);
      if (RoaringBitmap.intersects(place.get(name, value), series)) {
        return true;
      }
    }
    return false;
  }

  private RoaringBitmap matching(Postings place, Set<?> found) {
    Runnable checkpoint = () -> lookup.growth().accept(found.size());
    if (matchers.size() == 1) {
      return PostingsQuery.select(place, matchers.get(0), checkpoint);
    }
    var all = new RoaringBitmap();
    for (var set : matchers) {
      all.or(PostingsQuery.select(place, set, checkpoint));
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
