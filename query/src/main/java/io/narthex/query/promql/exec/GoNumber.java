package io.narthex.query.promql.exec;

import io.narthex.pipeline.wire.DoubleText;

/** Numbers in error messages, as Go's verb v prints them. */
final class GoNumber {
  private GoNumber() {}

  static String text(double value) {
    return DoubleText.of(value);
  }
}
