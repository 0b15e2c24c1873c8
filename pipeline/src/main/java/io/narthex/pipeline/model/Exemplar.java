package io.narthex.pipeline.model;

/**
 * A sample's trace: an observation that stands for many.
 *
 * @param series index of its series in the batch
 * @param labels usually a trace id
 * @param value the observed value
 * @param timestamp milliseconds since the epoch
 */
public record Exemplar(int series, Labels labels, double value, long timestamp) {}
