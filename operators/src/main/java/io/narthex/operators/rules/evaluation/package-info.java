/**
 * From tick to tick: which groups are due, what their rules write, what becomes of alerts, former
 * ticks that late samples touch, a state to go on from, and the same over history. Begin with
 * {@code RuleEvaluator}. Knows nothing of threads and of Flink.
 */
@NullMarked
package io.narthex.operators.rules.evaluation;

import org.jspecify.annotations.NullMarked;
