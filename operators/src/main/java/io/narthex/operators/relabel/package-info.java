/**
 * Settles scraped batches: metric relabelling with a bounded cache, limits, the report series. A
 * Flink shell around plain logic.
 */
@NullMarked
package io.narthex.operators.relabel;

import org.jspecify.annotations.NullMarked;
