package io.narthex.sinks.store;

import io.narthex.pipeline.storage.PageCursor;
import io.narthex.pipeline.storage.PageStatistics;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.sinks.head.RowOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one series from several places. A page that overlaps no other is passed on as it is,
 * so that its statistics can be used; pages that overlap are decoded and become one.
 */
final class MergedPages implements PageCursor {
  private final PageCursor[] places;
  private final boolean[] onPage;
  private final SampleBuffer[] parts;
  private final SampleBuffer merged = new SampleBuffer(16);
  private @Nullable PageCursor single;
  private int singlePlace = -1;

  /**
   * Merges cursors.
   *
   * @param places in order of writing: later ones win
   */
  MergedPages(PageCursor[] places) {
    this.places = places;
    this.onPage = new boolean[places.length];
    this.parts = new SampleBuffer[places.length];
    for (int p = 0; p < places.length; p++) {
      parts[p] = new SampleBuffer(16);
      onPage[p] = places[p].next();
    }
  }

  @Override
  public boolean next() {
    if (singlePlace >= 0) {
      advance(singlePlace);
    }
    singlePlace = -1;
    single = null;
    int first = earliest();
    if (first < 0) {
      return false;
    }
    if (isAlone(first)) {
      singlePlace = first;
      single = places[first];
    } else {
      mergeFrom(first);
    }
    return true;
  }

  private int earliest() {
    int first = -1;
    for (int p = 0; p < places.length; p++) {
      if (onPage[p] && (first < 0 || places[p].minTime() < places[first].minTime())) {
        first = p;
      }
    }
    return first;
  }

  private boolean isAlone(int page) {
    long end = places[page].maxTime();
    for (int p = 0; p < places.length; p++) {
      if (p != page && onPage[p] && places[p].minTime() <= end) {
        return false;
      }
    }
    return true;
  }

  /** Decodes the transitively overlapping pages, older places first. */
  private void mergeFrom(int first) {
    long end = places[first].maxTime();
    for (boolean more = true; more; ) {
      more = false;
      for (int p = 0; p < places.length; p++) {
        while (onPage[p] && places[p].minTime() <= end) {
          end = Math.max(end, places[p].maxTime());
          places[p].read(parts[p]);
          advance(p);
          more = true;
        }
      }
    }
    merged.clear();
    for (var part : parts) {
      merged.addAll(part);
      part.clear();
    }
    RowOrder.restore(merged, 0);
  }

  private void advance(int place) {
    onPage[place] = places[place].next();
  }

  @Override
  public long minTime() {
    return single != null ? single.minTime() : merged.timestamps()[0];
  }

  @Override
  public long maxTime() {
    return single != null ? single.maxTime() : merged.timestamps()[merged.size() - 1];
  }

  @Override
  public int count() {
    return single != null ? single.count() : merged.size();
  }

  @Override
  public @Nullable PageStatistics statistics() {
    return single != null ? single.statistics() : null;
  }

  @Override
  public void read(SampleBuffer into) {
    if (singlePlace >= 0) {
      Objects.requireNonNull(single).read(into);
    } else {
      into.addAll(merged);
    }
  }
}
