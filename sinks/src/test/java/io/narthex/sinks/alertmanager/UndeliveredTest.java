package io.narthex.sinks.alertmanager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.model.Labels;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UndeliveredTest {
  private final Undelivered.Serializer serializer = Undelivered.Serializer.INSTANCE;

  @Test
  void serializer_givesBackWhatItWrote() throws IOException {
    var state =
        new Undelivered(
            List.of(
                new AlertNotification(
                    Labels.of("alertname", "Ü"), Map.of("a", ""), 1, 0, 3, 4, "http://x"),
                new AlertNotification(Labels.of("alertname", "B"), Map.of(), 1, 2, 3, 4, "")));
    assertThat(serializer.deserialize(serializer.getVersion(), serializer.serialize(state)))
        .isEqualTo(state);
  }

  @Test
  void serializer_unknownVersion_isRefused() {
    assertThatThrownBy(() -> serializer.deserialize(9, new byte[0]))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 9");
  }
}
