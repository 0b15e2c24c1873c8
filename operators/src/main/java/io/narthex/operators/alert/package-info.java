/**
 * The life of alerts: from what an alerting rule's expression returns at a tick to states, series
 * and notifications, as Prometheus has them. Pure; Flink's shells and the evaluation of expressions
 * are elsewhere.
 */
@NullMarked
package io.narthex.operators.alert;

import org.jspecify.annotations.NullMarked;
