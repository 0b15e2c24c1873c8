package io.narthex.operators.rules;

import io.narthex.pipeline.model.SampleBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * What has come for the evaluation and is not taken yet, bounded by memory. When more comes, all is
 * given up, as everything is in the store: the evaluation fills its window anew. So evaluation that
 * lags never holds up those who store. Guarded by its owner's lock.
 */
final class RuleInbox {
  private final long mostBytes;
  private List<SampleBatch> batches = new ArrayList<>();
  private long bytes;
  private boolean overflown;
  private long watermark = Long.MIN_VALUE;

  /**
   * What was taken.
   *
   * @param overflown whether batches before these were given up
   * @param watermark all samples before it have come
   */
  record Taken(List<SampleBatch> batches, boolean overflown, long watermark) {}

  RuleInbox(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  void add(SampleBatch batch) {
    batches.add(batch);
    bytes += batch.sizeInBytes();
    if (bytes > mostBytes) {
      batches = new ArrayList<>();
      bytes = 0;
      overflown = true;
    }
  }

  void watermark(long time) {
    watermark = Math.max(watermark, time);
  }

  long watermark() {
    return watermark;
  }

  boolean isEmpty() {
    return batches.isEmpty() && !overflown;
  }

  Taken take() {
    var taken = new Taken(batches, overflown, watermark);
    batches = new ArrayList<>();
    bytes = 0;
    overflown = false;
    return taken;
  }
}
