package io.narthex.pipeline.storage;

/**
 * What is known about a page of float samples without decoding it. Stale markers are left out of
 * all figures; a page with other NaN values has no statistics.
 *
 * @param count samples that are not stale markers
 * @param min least value
 * @param max greatest value
 * @param sum of the values
 * @param first value
 * @param last value
 * @param increase growth as a counter: last − first + what was lost at resets
 * @param resets counter resets inside the page
 */
public record PageStatistics(
    int count,
    double min,
    double max,
    double sum,
    double first,
    double last,
    double increase,
    int resets) {}
