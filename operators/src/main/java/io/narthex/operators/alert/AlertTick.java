package io.narthex.operators.alert;

/**
 * One evaluation of a rule. Times are milliseconds since the epoch.
 *
 * @param time the tick
 * @param sampleTime time of the result and of the series that are written: the tick less the query
 *     offset
 * @param evaluatedAt by the clock, for the audit trail only
 * @param query what templates ask
 */
public record AlertTick(long time, long sampleTime, long evaluatedAt, AlertTemplate.Query query) {}
