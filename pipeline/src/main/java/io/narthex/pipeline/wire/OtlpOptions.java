package io.narthex.pipeline.wire;

import io.narthex.pipeline.config.OtlpConfig;
import java.time.Duration;

/**
 * How OpenTelemetry metrics become series.
 *
 * @param config section {@code otlp} of the configuration
 * @param deltas whether points of delta temporality are taken as they are, else refused
 * @param typeAndUnitLabels whether series carry {@code __type__} and {@code __unit__}
 * @param lookback of queries; {@code target_info} has a sample at least every half of it
 */
public record OtlpOptions(
    OtlpConfig config, boolean deltas, boolean typeAndUnitLabels, Duration lookback) {}
