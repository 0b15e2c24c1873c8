/**
 * The one adapter from a {@code Flux} of batches to a Flink source. Knows demand, availability and
 * watermarks; knows nothing of where batches come from.
 */
@NullMarked
package io.narthex.sources.reactive;

import org.jspecify.annotations.NullMarked;
