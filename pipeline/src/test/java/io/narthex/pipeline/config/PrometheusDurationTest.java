package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.narthex.pipeline.testkit.Reference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrometheusDurationTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "go-tables/common-parse-duration.json",
        "go-tables/common-duration-unmarshal.json"
      })
  void parse_referenceTable_givesValueAndCanonicalText(String table) {
    for (JsonNode c : Reference.table(table).get("cases")) {
      String in = c.get("in").asText();
      var duration = PrometheusDuration.parse(in);
      assertThat(duration).as(in).isEqualTo(Duration.ofMillis(millis(c.get("out"))));
      String canonical = c.path("expectedString").asText("");
      assertThat(PrometheusDuration.print(duration))
          .isEqualTo(canonical.isEmpty() ? in : canonical);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "1y1m1d",
        "-1w",
        "1.5d",
        "d",
        "",
        "99d31",
        "1d1d",
        "ms",
        "1 s",
        "1s ",
        "1µs",
        "294y",
        "200y10400w3650d1h",
        "9223372036854775808s",
        "s1"
      })
  void parse_notADuration_isRefused(String text) {
    assertThatThrownBy(() -> PrometheusDuration.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("duration");
  }

  @Test
  void print_randomDurations_areReadBack() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    for (int i = 0; i < 1_000; i++) {
      var duration = Duration.ofMillis(random.nextLong(1L << random.nextInt(1, 42)));
      assertThat(PrometheusDuration.parse(PrometheusDuration.print(duration)))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(duration);
    }
  }

  private static long millis(JsonNode value) {
    if (value.isNumber()) {
      return value.asLong();
    }
    if (value.has("$id")) {
      return switch (value.get("$id").asText()) {
        case "time.Millisecond" -> 1;
        case "time.Second" -> 1_000;
        case "time.Minute" -> 60_000;
        default -> 3_600_000;
      };
    }
    var factors = new ArrayDeque<Long>(List.of(0L));
    flatten(value, factors);
    return factors.stream().mapToLong(Long::longValue).sum();
  }

  /** The table nests from the left without regard to what binds tighter; this puts that right. */
  private static void flatten(JsonNode value, ArrayDeque<Long> sum) {
    if (!value.has("$op")) {
      sum.addLast(millis(value));
      return;
    }
    flatten(value.get("a"), sum);
    long right = millis(value.get("b"));
    sum.addLast(value.get("$op").asText().equals("*") ? sum.removeLast() * right : right);
  }
}
