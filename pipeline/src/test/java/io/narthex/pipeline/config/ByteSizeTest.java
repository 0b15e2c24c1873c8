package io.narthex.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1B, 1",
    "512MB, 536870912",
    "1GiB, 1073741824",
    "1.5KB, 1536",
    "1GB512MB, 1610612736",
    "-1GB, -1073741824",
    "+2KiB, 2048",
    "7EB, 8070450532247928832"
  })
  void parse_size_isInUnitsOf1024(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"100", "MB", "1mb", "1XB", "", "-", "1.2.3MB", "8EB", "9e99MB", "1 MB"})
  void parse_notASize_isRefusedWithAnExample(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("units: ");
  }

  @Test
  void print_randomSizes_areReadBack() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    for (int i = 0; i < 1_000; i++) {
      long bytes = random.nextLong() >> random.nextInt(63);
      assertThat(ByteSize.parse(ByteSize.print(bytes)))
          .as("rerun with -Dtest.seed=%d", seed)
          .isEqualTo(bytes);
    }
  }
}
