package io.narthex.pipeline.model;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Tells Flink how {@link SampleBatch} travels; generic types are off, so every stream of batches
 * names it.
 */
public final class SampleBatchTypeInfo extends TypeInformation<SampleBatch> {
  public static final SampleBatchTypeInfo INSTANCE = new SampleBatchTypeInfo();

  private static final long serialVersionUID = 1;

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<SampleBatch> getTypeClass() {
    return SampleBatch.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<SampleBatch> createSerializer(SerializerConfig config) {
    return SampleBatchSerializer.INSTANCE;
  }

  @Override
  public String toString() {
    return "SampleBatch";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SampleBatchTypeInfo;
  }

  @Override
  public int hashCode() {
    return SampleBatchTypeInfo.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof SampleBatchTypeInfo;
  }
}
