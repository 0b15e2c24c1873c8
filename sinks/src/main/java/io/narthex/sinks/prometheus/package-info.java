/**
 * Reads the data directory of a Prometheus server (blocks, tombstones, write-ahead logs) and hands
 * its samples to a store. Knows the files of Prometheus; knows nothing of how the store keeps what
 * it gets.
 */
@NullMarked
package io.narthex.sinks.prometheus;

import org.jspecify.annotations.NullMarked;
