/** Merges blocks into longer ones, and decides which are due. Knows blocks, not the head. */
@NullMarked
package io.narthex.sinks.compact;

import org.jspecify.annotations.NullMarked;
