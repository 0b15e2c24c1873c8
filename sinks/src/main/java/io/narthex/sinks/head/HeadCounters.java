package io.narthex.sinks.head;

import io.narthex.pipeline.storage.AppendResult.Reason;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What the head has done since it was opened. Safe to be read at any time. */
public final class HeadCounters {
  final LongAdder floats = new LongAdder();
  final LongAdder histograms = new LongAdder();
  final LongAdder outOfOrder = new LongAdder();
  final LongAdder created = new LongAdder();
  final LongAdder removed = new LongAdder();
  private final AtomicLongArray rejected = new AtomicLongArray(Reason.values().length);

  HeadCounters() {}

  /** Float samples that were stored. */
  public long floats() {
    return floats.sum();
  }

  /** Histogram samples that were stored. */
  public long histograms() {
    return histograms.sum();
  }

  /** Samples that were stored though out of order. */
  public long outOfOrder() {
    return outOfOrder.sum();
  }

  public long seriesCreated() {
    return created.sum();
  }

  public long seriesRemoved() {
    return removed.sum();
  }

  /** Samples refused for a reason. */
  public long rejected(Reason reason) {
    return rejected.get(reason.ordinal());
  }

  void reject(Reason reason, int count) {
    rejected.addAndGet(reason.ordinal(), count);
  }
}
