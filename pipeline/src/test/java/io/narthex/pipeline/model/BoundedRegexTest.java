package io.narthex.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BoundedRegexTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "((((a{1,100}){1,100}){1,100}){1,100}){1,100}",
        "((a{1000}){1000}){1000}",
        "(([ab]]{500}){500}){500}",
        "((\\p{Greek}{100}){100}){100}",
        "(?:(?:x{30}){30,}){30}{30}{30}"
      })
  void whole_multipliedRepetitions_isRefusedBeforeItIsCompiled(String expression) {
    assertThatThrownBy(() -> BoundedRegex.whole(expression))
        .isInstanceOf(PatternSyntaxException.class)
        .hasMessageContaining("too large");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a{2}",
        "x{",
        "[]{9}]+",
        "\\Q{9}{9}\\E",
        "a|b{1,3}",
        "\\{3\\}",
        "[[:alpha:]{]"
      })
  void whole_ordinary_isCompiled(String expression) {
    assertThat(BoundedRegex.whole(expression).pattern()).contains(expression);
  }

  @Test
  void whole_thousandsOfAlternatives_isCompiled() {
    String values =
        IntStream.range(0, 10_000)
            .mapToObj(i -> "host-" + i + "\\.test")
            .collect(Collectors.joining("|"));
    assertThat(BoundedRegex.whole(values).matches("host-77.test")).isTrue();
  }

  @Test
  void whole_deeplyNested_isRefused() {
    assertThatThrownBy(() -> BoundedRegex.whole("(".repeat(100_000)))
        .isInstanceOf(PatternSyntaxException.class);
  }
}
