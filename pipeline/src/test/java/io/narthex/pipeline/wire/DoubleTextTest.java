package io.narthex.pipeline.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DoubleTextTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0e+00",
    "-0.0, -0, -0e+00",
    "1, 1, 1e+00",
    "-1, -1, -1e+00",
    "0.1, 0.1, 1e-01",
    "0.25, 0.25, 2.5e-01",
    "1435781430.781, 1435781430.781, 1.435781430781e+09",
    "1e6, 1000000, 1e+06",
    "123456789, 123456789, 1.23456789e+08",
    "1e20, 100000000000000000000, 1e+20",
    "999999999999999900000, 999999999999999900000, 9.999999999999999e+20",
    "1e21, 1e+21, 1e+21",
    "1e100, 1e+100, 1e+100",
    "0.000001, 0.000001, 1e-06",
    "0.00000099, 9.9e-07, 9.9e-07",
    "4.9e-324, 5e-324, 5e-324",
    "2.2250738585072014e-308, 2.2250738585072014e-308, 2.2250738585072014e-308",
    "1.7976931348623157e308, 1.7976931348623157e+308, 1.7976931348623157e+308",
    "2e-323, 2e-323, 2e-323",
    "2.0e23, 2e+23, 2e+23",
    "9007199254740993, 9007199254740992, 9.007199254740992e+15",
    "9223372036854775807, 9223372036854776000, 9.223372036854776e+18",
    "NaN, NaN, NaN",
    "Infinity, +Inf, +Inf",
    "-Infinity, -Inf, -Inf",
  })
  void write_knownValue_isAsPrometheusPrints(double value, String text, String scientific) {
    assertThat(DoubleText.of(value)).isEqualTo(text);
    assertThat(DoubleText.scientific(value)).isEqualTo(scientific);
  }

  @Test
  void plain_extremes_haveNoExponent() {
    assertThat(DoubleText.plain(1e-7)).isEqualTo("0.0000001");
    assertThat(DoubleText.plain(-1e21)).isEqualTo("-1000000000000000000000");
    assertThat(DoubleText.plain(-Double.MIN_NORMAL)).hasSizeLessThan(DoubleText.MAX_LENGTH);
    assertThat(DoubleText.plain(-Double.MAX_VALUE))
        .hasSize(310)
        .startsWith("-17976931348623157000");
    assertThat(new BigDecimal(DoubleText.plain(Double.MIN_VALUE)))
        .isEqualByComparingTo(new BigDecimal("5e-324"));
  }

  @Test
  void write_randomBits_areShortestAndNearest() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertShortest(value, seed);
      }
    }
  }

  @Test
  void write_powersOfTwoAndNeighbours_areShortestAndNearest() {
    for (int e = -1074; e < 1024; e++) {
      double power = Math.scalb(1d, e);
      assertShortest(power, e);
      assertShortest(Math.nextUp(power), e);
      assertShortest(Math.nextDown(power), e);
    }
  }

  @Test
  void write_randomDecimals_areThemselves() {
    long seed = Long.getLong("test.seed", System.nanoTime());
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      var decimal = BigDecimal.valueOf(random.nextInt(), random.nextInt(9)).stripTrailingZeros();
      double value = decimal.doubleValue();
      if (value == 0 || Math.abs(value) >= 1e-6) {
        assertThat(DoubleText.of(value))
            .as("-Dtest.seed=%d", seed)
            .isEqualTo(decimal.signum() == 0 ? "0" : decimal.toPlainString());
      }
    }
  }

  private static void assertShortest(double value, long seed) {
    String text = DoubleText.scientific(value);
    assertThat(Double.parseDouble(text)).as("%s, -Dtest.seed=%d", text, seed).isEqualTo(value);
    var printed = new BigDecimal(text);
    var exact = new BigDecimal(value);
    int digits = printed.stripTrailingZeros().precision();
    if (digits > 1) {
      for (var mode : new RoundingMode[] {RoundingMode.DOWN, RoundingMode.UP}) {
        var shorter = exact.round(new MathContext(digits - 1, mode));
        assertThat(shorter.doubleValue()).as("shorter than %s", text).isNotEqualTo(value);
      }
    }
    for (var mode : new RoundingMode[] {RoundingMode.DOWN, RoundingMode.UP}) {
      var other = exact.round(new MathContext(digits, mode));
      if (other.doubleValue() == value) {
        assertThat(exact.subtract(printed).abs())
            .as("nearer than %s", text)
            .isLessThanOrEqualTo(exact.subtract(other).abs());
      }
    }
  }
}
