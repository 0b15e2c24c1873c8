/**
 * Tells Alertmanagers about alerts: a sender with a bounded queue for each of them, and Flink's
 * Sink V2 shell around it. Knows the API v2 of Alertmanager; knows nothing of rules.
 */
@NullMarked
package io.narthex.sinks.alertmanager;

import org.jspecify.annotations.NullMarked;
