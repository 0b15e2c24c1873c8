/**
 * The store: head and blocks as one. Its life cycle, flushing, retention and administration, and
 * the merging of what both hold at read time. Implements the storage ports of the pipeline.
 */
@NullMarked
package io.narthex.sinks.store;

import org.jspecify.annotations.NullMarked;
