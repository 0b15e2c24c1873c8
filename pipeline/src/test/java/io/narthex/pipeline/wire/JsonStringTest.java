package io.narthex.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JsonStringTest {
  @Test
  void of_quotesControlsAndOthers_areEscapedWhereTheyMustBe() {
    assertThat(JsonString.of("")).isEqualTo("\"\"");
    assertThat(JsonString.of("a\"b\\c/\n\u00001\u00e4"))
        .isEqualTo("\"a\\\"b\\\\c/\\u000a\\u00001\u00e4\"");
  }
}
