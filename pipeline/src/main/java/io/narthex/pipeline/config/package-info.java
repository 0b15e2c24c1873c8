/**
 * YAML to immutable records, all faults with their places at once. Knows nothing of what the
 * settings do.
 */
@NullMarked
package io.narthex.pipeline.config;

import org.jspecify.annotations.NullMarked;
