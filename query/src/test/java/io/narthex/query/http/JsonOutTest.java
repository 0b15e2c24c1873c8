package io.narthex.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonOutTest {
  @Test
  void take_textOfAnyLength_isNotChangedByWhatIsWrittenLater() {
    for (int length = 1; length <= 2100; length++) {
      var out = new JsonOut();
      for (int i = 0; i < length; i++) {
        out.raw('a');
      }
      byte[] taken = out.take();
      out.raw("b".repeat(10));
      assertThat(new String(taken, StandardCharsets.US_ASCII)).isEqualTo("a".repeat(length));
    }
  }
}
