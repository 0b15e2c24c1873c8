/**
 * What operators find in their process: handles of the store, the status board, the registry of
 * metrics; and a clock that is not led astray.
 */
@NullMarked
package io.narthex.pipeline.runtime;

import org.jspecify.annotations.NullMarked;
