package io.narthex.jobs.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {
  private static final long NOW = 1_795_262_400_000L;

  @ParameterizedTest
  @CsvSource({
    "now, 1795262400000",
    "-1h, 1795258800000",
    "now-1h30m, 1795257000000",
    "1795262400, 1795262400000",
    "1795262400.5, 1795262400500",
    "2026-11-21T12:00:00Z, 1795262400000",
    "2026-11-21T13:00:00+01:00, 1795262400000",
    "2026-11-21 12:00:00, 1795262400000",
    "2026-11-21, 1795219200000",
  })
  void parse_whatAPersonTypes_isUnderstood(String text, long millis) {
    assertThat(Times.parse(text, NOW)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(strings = {"yesterday", "2026-13-01", "-1fortnight", "", "12:00"})
  void parse_somethingElse_saysWhatWouldBeRight(String text) {
    assertThatThrownBy(() -> Times.parse(text, NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .isNotBlank();
  }

  @Test
  void seconds_millis_areADecimalNumber() {
    assertThat(Times.seconds(1_795_262_400_500L)).isEqualTo("1795262400.5");
    assertThat(Times.seconds(15_000)).isEqualTo("15");
  }
}
