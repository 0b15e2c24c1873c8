package io.narthex.pipeline.storage;

/**
 * Figures about a store.
 *
 * @param activeSeries series in the head
 * @param headMinTime oldest sample in the head, milliseconds; {@link Long#MAX_VALUE} if it is empty
 * @param headMaxTime newest sample in the head, milliseconds; {@link Long#MIN_VALUE} if it is empty
 * @param headChunks pages that the head holds
 * @param blocks immutable blocks and segments on disk
 * @param minTime oldest sample at all, milliseconds
 * @param maxTime newest sample at all, milliseconds
 */
public record StoreStatistics(
    long activeSeries,
    long headMinTime,
    long headMaxTime,
    long headChunks,
    int blocks,
    long minTime,
    long maxTime) {}
