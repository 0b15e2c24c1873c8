package io.narthex.jobs.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class EventLinesTest {
  private static final String STREAM =
      ": a comment\n\nevent: value\ndata: {\"a\":\"ä\"}\n\ndata: one\r\ndata: two\r\n\r\ndata: cut";

  @Test
  void take_theStreamInPiecesOfAnySize_givesTheSameEvents() {
    byte[] stream = STREAM.getBytes(UTF_8);
    for (int size = 1; size <= stream.length; size++) {
      var lines = new EventLines(1000);
      var events = new ArrayList<String>();
      for (int from = 0; from < stream.length; from += size) {
        int to = Math.min(stream.length, from + size);
        events.addAll(lines.take(java.util.Arrays.copyOfRange(stream, from, to)));
      }
      assertThat(events).as("pieces of %d", size).containsExactly("{\"a\":\"ä\"}", "one\ntwo");
    }
  }

  @Test
  void take_anEventWithoutEnd_isRefused() {
    var lines = new EventLines(100);
    lines.take("data: ".getBytes(UTF_8));
    assertThatThrownBy(() -> lines.take(new byte[200])).isInstanceOf(ApiFailure.class);
  }
}
