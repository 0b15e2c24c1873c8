package io.narthex.pipeline.wire;

import java.nio.charset.StandardCharsets;

/**
 * Bucket bounds and quantiles as OpenMetrics writes them, so that {@code le="1"} of one target and
 * {@code le="1.0"} of another are the same series.
 */
public final class OpenMetricsFloat {
  private OpenMetricsFloat() {}

  /**
   * Writes the shortest text of the number, with {@code .0} if it has neither point nor exponent;
   * an exponent is used below 1e−4 and from 1e6 on.
   *
   * @param out with room for {@link DoubleText#MAX_LENGTH} and two more bytes
   * @return the length of the text
   */
  public static int write(double number, byte[] out) {
    double magnitude = Math.abs(number);
    if (number == 0) {
      number = 0;
    }
    boolean plain = number == 0 || (magnitude >= 1e-4 && magnitude < 1e6);
    int length =
        plain ? DoubleText.writePlain(number, out, 0) : DoubleText.writeScientific(number, out, 0);
    if (!plain) {
      return length;
    }
    for (int i = 0; i < length; i++) {
      if (out[i] == '.') {
        return length;
      }
    }
    out[length++] = '.';
    out[length++] = '0';
    return length;
  }

  /** The text of {@link #write}. */
  public static String of(double number) {
    byte[] out = new byte[DoubleText.MAX_LENGTH + 2];
    return new String(out, 0, write(number, out), StandardCharsets.US_ASCII);
  }
}
