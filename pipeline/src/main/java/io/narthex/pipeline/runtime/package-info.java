/**
 * Handles by which serialized operators find what lives in their process: the store, the status
 * board, the registry of metrics.
 */
@NullMarked
package io.narthex.pipeline.runtime;

import org.jspecify.annotations.NullMarked;
