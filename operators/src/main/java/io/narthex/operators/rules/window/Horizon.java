package io.narthex.operators.rules.window;

import java.util.ArrayList;
import java.util.List;

/**
 * Up to where ticks are evaluated, so that a window notices samples which come after those that saw
 * their time. Confined to one thread.
 */
public final class Horizon {
  private long evaluatedTo = Long.MIN_VALUE;
  private long evaluating = Long.MIN_VALUE;
  private List<SelectedSeries> late = new ArrayList<>();

  /** The newest sample time of any tick so far. */
  public long evaluatedTo() {
    return evaluatedTo;
  }

  /** A tick begins: what it writes is not late. */
  public void begin(long at) {
    evaluating = at;
  }

  /** A tick has ended. */
  public void end(long at) {
    evaluating = Long.MIN_VALUE;
    evaluatedTo = Math.max(evaluatedTo, at);
  }

  boolean isLate(long time) {
    return time <= evaluatedTo && (time != evaluating || evaluating < evaluatedTo);
  }

  /** A selection has its first late sample since {@link #take}. */
  void add(SelectedSeries selection) {
    late.add(selection);
  }

  /** Whether samples came late since {@link #take}. */
  public boolean hasLate() {
    return !late.isEmpty();
  }

  /** The selections with late samples. */
  public List<SelectedSeries> take() {
    var taken = late;
    late = new ArrayList<>();
    return taken;
  }
}
