package io.narthex.query.promql.exec;

import io.narthex.pipeline.wire.DoubleText;

/** Numbers in label values, as OpenMetrics has them: integers with {@code .0}. */
final class OpenMetricsNumber {
  private OpenMetricsNumber() {}

  static String text(double value) {
    String text = DoubleText.of(value);
    boolean plain = text.chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9'));
    return plain ? text + ".0" : text;
  }
}
