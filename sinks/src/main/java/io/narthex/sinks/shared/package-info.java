/**
 * The store of a cluster: writers put segments into a folder that all machines see, readers answer
 * queries from it. Nobody talks to anybody; a segment under its own name is complete.
 */
@NullMarked
package io.narthex.sinks.shared;

import org.jspecify.annotations.NullMarked;
