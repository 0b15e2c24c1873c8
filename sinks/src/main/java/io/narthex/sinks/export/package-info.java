/**
 * Writes what a store holds in formats of others: OpenMetrics text and Arrow IPC streams. Reads
 * through the store's port; knows nothing of its files.
 */
@NullMarked
package io.narthex.sinks.export;

import org.jspecify.annotations.NullMarked;
