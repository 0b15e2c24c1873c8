/**
 * Rules as they are in force: groups in shards and in order of evaluation, their ticks, their
 * checked expressions, and how far back each selector reads. Immutable; knows nothing of samples.
 */
@NullMarked
package io.narthex.operators.rules.plan;

import org.jspecify.annotations.NullMarked;
