package io.narthex.pipeline.model;

/** How {@link SampleBatch} travels in Flink. */
public final class SampleBatchTypeInfo {
  public static final BatchTypeInfo<SampleBatch> INSTANCE =
      new BatchTypeInfo<>(SampleBatch.class, SampleBatchSerializer.INSTANCE);

  private SampleBatchTypeInfo() {}
}
