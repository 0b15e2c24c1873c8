package io.narthex.sinks.store;

import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Names;
import io.narthex.sinks.index.Postings;
import io.narthex.sinks.index.PostingsQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.roaringbitmap.RoaringBitmap;

/** Names and values of labels, from the inverted indexes of several places. */
final class Facets {
  private final List<Postings> places;
  private final List<List<Matcher>> matchers;

  /**
   * Makes facets of the series that satisfy one whole set of matchers.
   *
   * @param matchers no sets: all series
   */
  Facets(List<Postings> places, List<List<Matcher>> matchers) {
    this.places = places;
    this.matchers = matchers;
  }

  List<String> names(int limit) {
    var found = new TreeSet<>(Names.BYTE_ORDER);
    for (var place : places) {
      if (matchers.isEmpty()) {
        found.addAll(place.names());
        continue;
      }
      var series = matching(place);
      for (var name : place.names()) {
        if (!found.contains(name) && anyValue(place, name, series)) {
          found.add(name);
        }
      }
    }
    return limited(found, limit);
  }

  List<String> values(String name, int limit) {
    var found = new TreeSet<>(Names.BYTE_ORDER);
    for (var place : places) {
      if (matchers.isEmpty()) {
        var values = place.values(name);
        found.addAll(limit > 0 && values.size() > limit ? values.subList(0, limit) : values);
        continue;
      }
      found.addAll(place.valuesIn(name, matching(place)));
    }
    return limited(found, limit);
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
    var all = new RoaringBitmap();
    for (var set : matchers) {
      all.or(PostingsQuery.select(place, set));
    }
    return all;
  }

  private static List<String> limited(SortedSet<String> found, int limit) {
    var all = new ArrayList<>(found);
    return limit > 0 && all.size() > limit ? List.copyOf(all.subList(0, limit)) : all;
  }
}
