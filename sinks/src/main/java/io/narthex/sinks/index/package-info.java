/**
 * Finds series by matchers: label pair to bitmap of series ids. Knows ids and label values; knows
 * nothing of samples or files.
 */
@NullMarked
package io.narthex.sinks.index;

import org.jspecify.annotations.NullMarked;
