/**
 * Alerts as they flow and are shown: notifications on their way to Alertmanagers, changes of state,
 * and how both travel in Flink. Knows nothing of rules' evaluation or of HTTP.
 */
@NullMarked
package io.narthex.pipeline.alert;

import org.jspecify.annotations.NullMarked;
