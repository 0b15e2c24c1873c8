package io.narthex.operators.rules.incremental;

import io.narthex.operators.rules.window.SelectedSeries;
import io.narthex.operators.rules.window.SeriesWindow;
import io.narthex.pipeline.model.StaleMarker;

/**
 * An instant selector: the newest sample of each series, unless it is too old or a stale marker.
 */
final class InstantNode extends SelectorNode {
  private boolean dirty;

  InstantNode(SelectedSeries source, long lookback, long offset) {
    super(source, lookback, offset, true);
  }

  @Override
  void resize(int size) {
    dirty = true;
  }

  @Override
  void move(int position, int to) {
    dirty = true;
  }

  @Override
  void look(int position, SeriesWindow window, int first, int end) {
    dirty = true;
    present[position] = end > first && !StaleMarker.is(window.value(end - 1));
    if (present[position]) {
      values[position] = window.value(end - 1);
    }
  }

  @Override
  void compute(long rangeStart, long rangeEnd, boolean changed) {
    if (dirty) {
      version++;
      dirty = false;
    }
  }
}
