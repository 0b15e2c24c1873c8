/**
 * Continuous rules inside the job: which samples reach them, the thread that evaluates, what a
 * checkpoint keeps, what is counted. The logic is in the rooms below and knows nothing of Flink:
 * {@code plan} says what is in force, {@code window} holds what rules read, {@code incremental}
 * keeps parts of expressions from tick to tick, {@code state} is what checkpoints keep, {@code
 * evaluation} goes from tick to tick.
 */
@NullMarked
package io.narthex.operators.rules;

import org.jspecify.annotations.NullMarked;
