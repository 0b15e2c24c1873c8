/** Faults with a code, an HTTP answer and a place, so that each is classified once. */
@NullMarked
package io.narthex.pipeline.fault;

import org.jspecify.annotations.NullMarked;
