package io.narthex.pipeline.wire;

import io.narthex.pipeline.config.OtlpConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How OpenTelemetry metrics become series.
 *
 * @param config section {@code otlp} of the configuration
 * @param deltas what becomes of points of delta temporality
 * @param streams what they are added to; null unless they are added up
 * @param typeAndUnitLabels whether series carry {@code __type__} and {@code __unit__}
 * @param lookback of queries; {@code target_info} has a sample at least every half of it
 */
public record OtlpOptions(
    OtlpConfig config,
    Deltas deltas,
    @Nullable DeltaStreams streams,
    boolean typeAndUnitLabels,
    Duration lookback) {

  /** What becomes of points of delta temporality. */
  public enum Deltas {
    REFUSED,
    /** Stored as they are. */
    KEPT,
    /** Added up to what a counter would show. */
    ADDED_UP
  }

  public OtlpOptions {
    if ((deltas == Deltas.ADDED_UP) != (streams != null)) {
      throw new IllegalArgumentException("deltas are added up exactly if there are streams");
    }
  }
}
