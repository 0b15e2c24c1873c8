package io.narthex.pipeline.alert;

import io.narthex.pipeline.model.BatchTypeInfo;

/** How {@link AlertBatch} travels in Flink. */
public final class AlertBatchTypeInfo {
  public static final BatchTypeInfo<AlertBatch> INSTANCE =
      new BatchTypeInfo<>(AlertBatch.class, AlertBatchSerializer.INSTANCE);

  private AlertBatchTypeInfo() {}
}
