/**
 * What rules know from tick to tick, as records, and the bytes by which checkpoints keep it. Knows
 * states of alerts and label sets; nothing of expressions, windows or evaluation.
 */
@NullMarked
package io.narthex.operators.rules.state;

import org.jspecify.annotations.NullMarked;
