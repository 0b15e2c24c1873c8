package io.narthex.pipeline.wire;

/**
 * A request of OpenTelemetry metrics: what can be stored, and what was left out of it.
 *
 * @param decoded what can be stored; its reasons say why points were left out
 * @param rejectedPoints data points left out
 */
public record OtlpWrite(DecodedWrite decoded, long rejectedPoints) {}
