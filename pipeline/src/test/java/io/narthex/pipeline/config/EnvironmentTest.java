package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "plain|plain",
        "$TEST|<TEST>",
        "a${TEST}b|a<TEST>b",
        "$TEST_1-x|<TEST_1>-x",
        "foo$${TEST}|foo${TEST}",
        "foo$$bar|foo$bar",
        "costs 5$|costs 5$",
        "a$ b|a$ b",
        "a${}b|ab",
        "a${open|aopen",
        "${a.b c}|<a.b c>",
        "$1x|<1>x",
      })
  void expand_text_isFilledInLikeAShellWould(String text, String expected) {
    assertThat(Environment.expand(text, name -> "<" + name + ">")).isEqualTo(expected);
  }
}
