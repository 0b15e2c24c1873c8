package io.narthex.sinks.index;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.roaringbitmap.RoaringBitmap;

/**
 * An inverted index without some of its series; names and values that only they have are not there.
 */
public final class VisiblePostings implements Postings {
  private final Postings all;
  private final RoaringBitmap hidden;

  private VisiblePostings(Postings all, RoaringBitmap hidden) {
    this.all = all;
    this.hidden = hidden;
  }

  /**
   * An index without some series.
   *
   * @param hidden ids that are left out; not to be changed any more
   */
  public static Postings without(RoaringBitmap hidden, Postings all) {
    return hidden.isEmpty() ? all : new VisiblePostings(all, hidden);
  }

  @Override
  public RoaringBitmap all() {
    return RoaringBitmap.andNot(all.all(), hidden);
  }

  @Override
  public RoaringBitmap get(String name, String value) {
    return RoaringBitmap.andNot(all.get(name, value), hidden);
  }

  @Override
  public List<String> values(String name) {
    var visible = new ArrayList<String>();
    for (var value : all.values(name)) {
      if (!hidden.contains(all.get(name, value))) {
        visible.add(value);
      }
    }
    return visible;
  }

  @Override
  public int valueCount(String name) {
    return all.valueCount(name);
  }

  @Override
  public void valuesIn(
      String name, RoaringBitmap series, Consumer<String> found, Runnable checkpoint) {
    all.valuesIn(name, RoaringBitmap.andNot(series, hidden), found, checkpoint);
  }

  @Override
  public List<String> names() {
    var visible = new ArrayList<String>();
    for (var name : all.names()) {
      if (hasVisible(name)) {
        visible.add(name);
      }
    }
    return visible;
  }

  private boolean hasVisible(String name) {
    for (var value : all.values(name)) {
      if (!hidden.contains(all.get(name, value))) {
        return true;
      }
    }
    return false;
  }
}
