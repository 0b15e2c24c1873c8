package io.narthex.pipeline.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
  @CsvSource({"a,80000", "\\pL,4000", "[a-z],60000", "(a),100000", "(?i:\\PL),2000", "a*|,30000"})
  void whole_manyInARow_isRefusedBeforeItIsCompiled(String part, int times) {
    String expression = part.repeat(times);
    assertThatThrownBy(() -> BoundedRegex.whole(expression))
        .isInstanceOf(PatternSyntaxException.class)
        .hasMessageContaining("too large");
  }

  @Test
  void bytes_countsWhatIsCompiled() {
    // Measured with re2j 1.8: so much stays in the heap.
    assertThat(BoundedRegex.bytes("(x{1000}){290}")).isGreaterThan(24_540_000);
    assertThat(BoundedRegex.bytes("\\pL".repeat(2500))).isGreaterThan(8_910_000);
    assertThat(BoundedRegex.bytes("(?i)" + "\\pL".repeat(1000))).isGreaterThan(3_560_000);
    assertThat(BoundedRegex.bytes("[a-z_0-9]".repeat(10_000))).isGreaterThan(1_090_000);
    assertThat(BoundedRegex.bytes("(?i)" + "[a-z0-9]".repeat(10_000))).isGreaterThan(1_240_000);
    assertThat(BoundedRegex.bytes("a*b+c?".repeat(30_000))).isGreaterThan(13_730_000);
    assertThat(BoundedRegex.bytes("job-[0-9]+")).isLessThan(2_000);
  }

  @Test
  void budget_ofSeveral_isForAllOfThem() {
    var reserved = new ArrayList<Long>();
    var budget = new ReadingBudget(reserved::add);
    for (int i = 0; i < 3; i++) {
      BoundedRegex.whole("(x{1000}){290}", budget);
    }
    assertThatThrownBy(() -> BoundedRegex.whole("(x{1000}){290}", budget))
        .isInstanceOf(PatternSyntaxException.class)
        .hasMessageContaining("with those before it");
    assertThat(reserved).hasSize(3).allMatch(bytes -> bytes > 24_540_000);
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
        "[[:alpha:]{]",
        "[a-]",
        "[]-a]",
        "[\\w-z]",
        "(?i-s:[^k-m\\d])\\PN"
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
