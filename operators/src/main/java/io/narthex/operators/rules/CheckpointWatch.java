package io.narthex.operators.rules;

import java.util.TreeMap;

/**
 * Which checkpoints are complete, and when their barriers passed here: what was stored before such
 * a barrier can be read. Guarded by its owner's lock.
 */
final class CheckpointWatch {
  private final TreeMap<Long, Long> begun = new TreeMap<>();
  private long completedBegan;
  private boolean anyComplete;

  /** The barrier of a checkpoint passes. */
  void begin(long checkpoint, long nanoTime) {
    begun.put(checkpoint, nanoTime);
  }

  /** A checkpoint is complete; those before it are, or never will be. */
  void complete(long checkpoint) {
    Long began = begun.get(checkpoint);
    if (began != null && (!anyComplete || began - completedBegan > 0)) {
      completedBegan = began;
      anyComplete = true;
    }
    begun.headMap(checkpoint, true).clear();
  }

  /** Whether a checkpoint is complete whose barrier passed after a time. */
  boolean isCompleteSince(long nanoTime) {
    return anyComplete && completedBegan - nanoTime > 0;
  }
}
