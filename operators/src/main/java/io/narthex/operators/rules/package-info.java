/**
 * Continuous rules as plain logic: what groups read of each other, when they are evaluated, the
 * window of samples that they need and what follows from each tick. Knows PromQL, nothing of Flink.
 */
@NullMarked
package io.narthex.operators.rules;

import org.jspecify.annotations.NullMarked;
