/**
 * Immutable blocks: directories of Arrow IPC files with the samples of a span of time, written once
 * and read through memory mappings. Knows files and pages; knows nothing of the head, the log or of
 * which block follows which.
 */
@NullMarked
package io.narthex.sinks.block;

import org.jspecify.annotations.NullMarked;
