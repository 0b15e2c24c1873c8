package io.narthex.sinks.prometheus;

import java.io.IOException;

/** A file of Prometheus is not what its format says; the message names the place. */
final class TsdbFormatException extends IOException {
  private static final long serialVersionUID = 1;

  TsdbFormatException(String message) {
    super(message);
  }
}
