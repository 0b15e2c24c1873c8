package io.narthex.operators.rules.incremental;

import io.narthex.operators.rules.window.SelectedSeries;
import io.narthex.operators.rules.window.SeriesWindow;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.query.promql.function.Column;
import io.narthex.query.promql.function.RangeKernel;
import io.narthex.query.promql.function.Window;

/**
 * Any other function of a range selector, computed by the kernel of the queries. It is computed
 * anew only where samples came or left, unless it depends on the time itself.
 */
final class RangeNode extends SelectorNode {
  private final SelectedSeries source;
  private final RangeKernel kernel;
  private final long offset;
  private final boolean dependsOnTime;
  private final Window window = new Window();
  private final SampleBuffer buffer = new SampleBuffer();
  private final Column column = new Column(1);
  private boolean dirty;
  private long computedEnd = Long.MIN_VALUE;

  /** What is computed: which function, and whether its value changes with the time alone. */
  record Function(RangeKernel kernel, boolean keepsName, boolean dependsOnTime) {}

  RangeNode(SelectedSeries source, Function function, long range, long offset) {
    super(source, range, offset, function.keepsName);
    this.source = source;
    this.offset = offset;
    kernel = function.kernel;
    dependsOnTime = function.dependsOnTime;
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
  void look(int position, SeriesWindow series, int first, int end) {
    if (!dependsOnTime) {
      // The bounds of the range matter to no such function, only what is in it.
      apply(position, series, first, end, 0, 0);
    }
    dirty = true;
  }

  private void apply(
      int position, SeriesWindow series, int first, int end, long rangeStart, long rangeEnd) {
    present[position] = false;
    if (first == end) {
      return;
    }
    buffer.clear();
    for (int row = first; row < end; row++) {
      buffer.add(series.time(row), series.value(row));
    }
    window.load(series.labels(), buffer, false);
    kernel.begin(window);
    window.slide(Long.MIN_VALUE, Long.MAX_VALUE);
    if (window.isEmpty()) {
      return;
    }
    window.range(rangeStart, rangeEnd, rangeEnd + offset);
    column.clear();
    kernel.step(window, 0, column);
    present[position] = column.has(0);
    values[position] = column.values()[0];
  }

  @Override
  void compute(long rangeStart, long rangeEnd, boolean changed) {
    if (dependsOnTime && (dirty || rangeEnd != computedEnd)) {
      for (int position = 0; position < size(); position++) {
        var series = source.at(position);
        apply(
            position,
            series,
            series.after(rangeStart),
            series.after(rangeEnd),
            rangeStart,
            rangeEnd);
      }
      version++;
    } else if (dirty) {
      version++;
    }
    dirty = false;
    computedEnd = rangeEnd;
  }
}
