/** Relabel rules, compiled and applied. Pure: labels in, labels or nothing out. */
@NullMarked
package io.narthex.pipeline.relabel;

import org.jspecify.annotations.NullMarked;
