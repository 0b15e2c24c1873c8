package io.narthex.query.promql.exec;

import io.narthex.query.promql.function.Column;

/** {@code count}, and {@code group}, which is 1 wherever there is anything. */
final class CountAccumulator implements Accumulator {
  private final boolean groupOnly;
  private final int[][] counts;

  CountAccumulator(boolean groupOnly, int groups, int steps) {
    this.groupOnly = groupOnly;
    counts = new int[groups][steps];
  }

  @Override
  public void add(int group, Column series, Operand.Vector input, int place) {
    long[] present = series.present();
    int[] count = counts[group];
    for (int word = 0; word < present.length; word++) {
      for (long bits = present[word]; bits != 0; bits &= bits - 1) {
        count[(word << 6) + Long.numberOfTrailingZeros(bits)]++;
      }
    }
  }

  @Override
  public void finish(int group, Column out) {
    for (int step = 0; step < out.steps(); step++) {
      int count = counts[group][step];
      if (count > 0) {
        out.set(step, groupOnly ? 1 : (double) count);
      }
    }
  }
}
