package io.narthex.sinks.block;

import io.narthex.pipeline.model.Labels;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Labels of a block's series that were put together before, so that the next query need not do it
 * again. All blocks together keep a part of the heap at most; beyond it nothing more is kept until
 * a block goes. Safe for use by several threads: labels are immutable, and at worst two threads put
 * the same ones together.
 */
final class KeptLabels {
  /** What an object, its array and the reference take besides the bytes. */
  private static final long OVERHEAD = 56;

  private static final long MOST_BYTES = Runtime.getRuntime().maxMemory() / 24;
  private static final AtomicLong KEPT_BYTES = new AtomicLong();

  private final int series;
  private final AtomicLong ownBytes = new AtomicLong();
  private @Nullable Labels @Nullable [] labels;

  KeptLabels(int series) {
    this.series = series;
  }

  @Nullable Labels get(int id) {
    @Nullable Labels @Nullable [] all = labels;
    return all == null ? null : all[id];
  }

  /** Keeps labels if there is room; returns them. */
  Labels keep(int id, Labels read) {
    long bytes = read.bytes().length + OVERHEAD;
    if (KEPT_BYTES.addAndGet(bytes) > MOST_BYTES) {
      KEPT_BYTES.addAndGet(-bytes);
      return read;
    }
    ownBytes.addAndGet(bytes);
    @Nullable Labels @Nullable [] all = labels;
    if (all == null) {
      all = new Labels[series];
      labels = all;
    }
    all[id] = read;
    return read;
  }

  /** Replaces labels that are kept by an equal object that another block keeps as well. */
  void share(int id, Labels equal) {
    @Nullable Labels @Nullable [] all = labels;
    if (all != null && all[id] != null) {
      all[id] = equal;
    }
  }

  void clear() {
    labels = null;
    KEPT_BYTES.addAndGet(-ownBytes.getAndSet(0));
  }
}
