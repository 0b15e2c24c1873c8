package io.narthex.sinks.codec;

/**
 * Doubles that are decimal numbers: v = i / 10^e exactly as division rounds. Powers up to 10^22 are
 * exact, and so is i below 2^53; hence the nearest double of any decimal of up to 15 digits comes
 * back bit for bit.
 *
 * <p>Source: A. Afroozeh, L. Kuffó, P. Boncz, "ALP: Adaptive Lossless floating-Point Compression"
 * (2023). Other than there, one division replaces two multiplications, so that fewer values are
 * exceptions.
 */
final class Decimals {
  /** Greatest exponent that is tried. */
  static final int MAX_EXPONENT = 14;

  static final double[] POWERS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14
  };

  private static final double EXACT = 0x1p53;

  private Decimals() {}

  /** The integer nearest to v·10^e. */
  static long scaled(double value, int exponent) {
    return exponent == 0 ? (long) value : (long) Math.rint(value * POWERS[exponent]);
  }

  /** Whether {@code scaled} stands for exactly the bits of {@code value}. */
  static boolean isExact(double value, long scaled, int exponent) {
    double back;
    if (exponent == 0) {
      back = (double) scaled;
    } else if (Math.abs(scaled) > EXACT) {
      return false;
    } else {
      back = (double) scaled / POWERS[exponent];
    }
    return Double.doubleToRawLongBits(back) == Double.doubleToRawLongBits(value);
  }

  static boolean isExactAt(double value, int exponent) {
    return isExact(value, scaled(value, exponent), exponent);
  }

  /**
   * The least exponent at which the value is exact.
   *
   * @param guess where to look first
   * @return {@code MAX_EXPONENT + 1} if there is none
   */
  static int exponentOf(double value, int guess) {
    if (isExactAt(value, guess)) {
      int exponent = guess;
      while (exponent > 0 && isExactAt(value, exponent - 1)) {
        exponent--;
      }
      return exponent;
    }
    for (int exponent = 0; exponent <= MAX_EXPONENT; exponent++) {
      if (exponent != guess && isExactAt(value, exponent)) {
        return exponent;
      }
    }
    return MAX_EXPONENT + 1;
  }
}
