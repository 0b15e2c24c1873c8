package io.narthex.pipeline.alert;

import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Tells Flink how {@link AlertBatch} travels; generic types are off, so every stream of batches
 * names it.
 */
public final class AlertBatchTypeInfo extends TypeInformation<AlertBatch> {
  public static final AlertBatchTypeInfo INSTANCE = new AlertBatchTypeInfo();

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
  public Class<AlertBatch> getTypeClass() {
    return AlertBatch.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<AlertBatch> createSerializer(SerializerConfig config) {
    return AlertBatchSerializer.INSTANCE;
  }

  @Override
  public String toString() {
    return "AlertBatch";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof AlertBatchTypeInfo;
  }

  @Override
  public int hashCode() {
    return AlertBatchTypeInfo.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof AlertBatchTypeInfo;
  }
}
