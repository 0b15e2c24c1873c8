package io.narthex.query.promql.exec;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Where the samples count that are looked at on a grid. As Prometheus has it, what is evaluated
 * once for all steps counts at each of them; what a sub-query looks at counts once it is in a
 * range, and not before. A tally by itself only knows how often a sample counts; the steps are kept
 * where a query asks for them. Safe for use by several threads.
 */
final class StepTally {
  /** Each sample counts once, and nobody asks where. */
  static final StepTally ONCE = new StepTally(1, null, false);

  /** Samples that count elsewhere. */
  static final StepTally NEVER = new StepTally(0, null, false);

  private final long weight;
  private final @Nullable AtomicLongArray counts;
  private final boolean everywhere;

  private StepTally(long weight, @Nullable AtomicLongArray counts, boolean everywhere) {
    this.weight = weight;
    this.counts = counts;
    this.everywhere = everywhere;
  }

  /** The tally of a whole query that wants to know its steps. */
  static StepTally of(int steps) {
    return new StepTally(1, new AtomicLongArray(steps), false);
  }

  /** Of what is evaluated once for all steps of a grid. */
  static StepTally invariant(TimeGrid grid) {
    var outer = grid.tally();
    return new StepTally(outer.weight * grid.steps(), outer.counts, true);
  }

  /** How often each sample counts. */
  long weight() {
    return weight;
  }

  /** Whether {@link #add} does anything. */
  boolean keepsSteps() {
    return counts != null;
  }

  /** Counts samples at a step of the grid that this tally belongs to. */
  void add(int step, long samples) {
    var kept = counts;
    if (kept == null || samples == 0) {
      return;
    }
    if (!everywhere) {
      kept.addAndGet(step, samples);
      return;
    }
    for (int i = 0; i < kept.length(); i++) {
      kept.addAndGet(i, samples);
    }
  }

  /** Samples by step of the query; empty if they are not kept. */
  List<Long> counts() {
    var all = new ArrayList<Long>();
    for (int i = 0; counts != null && i < counts.length(); i++) {
      all.add(counts.get(i));
    }
    return all;
  }
}
