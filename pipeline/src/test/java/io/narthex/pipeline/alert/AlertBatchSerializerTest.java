package io.narthex.pipeline.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.model.Labels;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.api.Test;

class AlertBatchSerializerTest {
  private static final AlertBatchSerializer SERIALIZER = AlertBatchSerializer.INSTANCE;
  private static final AlertBatch BATCH =
      new AlertBatch(
          new AlertRuleId("rules.yml", "g", "Ünavailable"),
          List.of(
              new AlertTransition(
                  Labels.of("alertname", "Ünavailable", "job", "x"),
                  AlertState.PENDING,
                  AlertState.FIRING,
                  AlertTransition.Cause.HELD_LONG_ENOUGH,
                  Double.NEGATIVE_INFINITY,
                  5,
                  4,
                  6,
                  -1)),
          List.of(
              new AlertNotification(
                  Labels.of("alertname", "Ünavailable"), Map.of("s", ""), 1, 0, 5, 240_000, "u"),
              new AlertNotification(Labels.EMPTY, Map.of(), 1, 9, 9, 1, "")));

  private static byte[] written(AlertBatch batch) throws IOException {
    var out = new DataOutputSerializer(64);
    SERIALIZER.serialize(batch, out);
    return out.getCopyOfBuffer();
  }

  @Test
  void serialize_andBack_isTheSame() throws IOException {
    assertThat(SERIALIZER.deserialize(new DataInputDeserializer(written(BATCH)))).isEqualTo(BATCH);
  }

  @Test
  void copy_ofTheBytes_isTheSame() throws IOException {
    var out = new DataOutputSerializer(64);
    SERIALIZER.copy(new DataInputDeserializer(written(BATCH)), out);
    assertThat(out.getCopyOfBuffer()).isEqualTo(written(BATCH));
  }

  @Test
  void deserialize_everyPrefix_isAnError() throws IOException {
    byte[] bytes = written(BATCH);
    for (int length = 0; length < bytes.length; length++) {
      var part = new DataInputDeserializer(bytes, 0, length);
      assertThatThrownBy(() -> SERIALIZER.deserialize(part)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void deserialize_unknownVersion_isRefused() {
    assertThatThrownBy(() -> SERIALIZER.deserialize(new DataInputDeserializer(new byte[] {9})))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 9");
  }
}
