/**
 * Continuous rules as plain logic: what groups read of each other, and when they are evaluated.
 * Knows PromQL, nothing of Flink.
 */
@NullMarked
package io.narthex.operators.rules;

import org.jspecify.annotations.NullMarked;
