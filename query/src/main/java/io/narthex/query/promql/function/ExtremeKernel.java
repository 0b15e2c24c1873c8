package io.narthex.query.promql.function;

import io.narthex.query.promql.annotation.Notes;

/**
 * Greatest and least value of a window, or their times. Keeps the indices of the values that can
 * still become the extreme, so that each sample is looked at a constant number of times.
 */
final class ExtremeKernel implements RangeKernel {
  private final Call call;
  private final boolean max;
  private final boolean time;
  private int[] candidates = new int[64];
  private int head;
  private int tail;
  private int next;

  /**
   * @param max the greatest, else the least
   * @param time its time (of the last of equal ones), else the value (the first of equal ones)
   */
  ExtremeKernel(Call call, boolean max, boolean time) {
    this.call = call;
    this.max = max;
    this.time = time;
  }

  @Override
  public void begin(Window window) {
    head = 0;
    tail = 0;
    next = 0;
  }

  @Override
  public void step(Window window, int step, Column out) {
    if (window.floats() == 0) {
      return;
    }
    if (window.histograms() > 0) {
      call.info(Notes.histogramsIgnoredInMixedRange(window.labels().metricName()));
    }
    double[] values = window.values();
    if (next < window.floatFrom()) {
      next = window.floatFrom();
      head = tail;
    }
    for (; next < window.floatTo(); next++) {
      while (tail > head && gives(values[candidates[tail - 1]], values[next])) {
        tail--;
      }
      push(next);
    }
    while (candidates[head] < window.floatFrom()) {
      head++;
    }
    int best = candidates[head];
    out.set(step, time ? (double) window.floatTimes()[best] / 1000 : values[best]);
  }

  /** Whether an older value can never be the extreme again once a newer one has come. */
  private boolean gives(double older, double newer) {
    if (Double.isNaN(older)) {
      return true;
    }
    if (max) {
      return time ? newer >= older : newer > older;
    }
    return time ? newer <= older : newer < older;
  }

  private void push(int index) {
    if (tail == candidates.length) {
      int live = tail - head;
      int[] target = live * 2 > candidates.length ? new int[2 * candidates.length] : candidates;
      System.arraycopy(candidates, head, target, 0, live);
      candidates = target;
      head = 0;
      tail = live;
    }
    candidates[tail++] = index;
  }
}
