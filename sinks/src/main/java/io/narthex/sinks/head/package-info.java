/**
 * The newest samples, in memory: recognises series by their label bytes, checks the order of
 * samples, keeps them compactly until they are written to a block. Knows arrays and the write-ahead
 * log; knows nothing of blocks.
 */
@NullMarked
package io.narthex.sinks.head;

import org.jspecify.annotations.NullMarked;
