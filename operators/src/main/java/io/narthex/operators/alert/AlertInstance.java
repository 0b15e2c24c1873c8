package io.narthex.operators.alert;

import io.narthex.pipeline.alert.ActiveAlert;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.model.Labels;
import java.util.Map;

/**
 * One alert of a rule: a label set with its state. Immutable. Times are milliseconds, {@link
 * #NEVER} where there is none.
 *
 * @param labels the rule's and the element's, with {@code alertname}
 * @param annotations in order of their names; values may be empty
 * @param value of the expression, newest
 * @param activeAt since when the condition holds
 * @param firedAt when it began to fire
 * @param resolvedAt when it became inactive
 * @param lastSentAt tick of the newest notification
 * @param keepFiringSince since when it fires without its condition
 */
public record AlertInstance(
    Labels labels,
    Map<String, String> annotations,
    AlertState state,
    double value,
    long activeAt,
    long firedAt,
    long resolvedAt,
    long lastSentAt,
    long keepFiringSince) {

  /** No time; before all others. */
  public static final long NEVER = Long.MIN_VALUE;

  static AlertInstance pending(
      Labels labels, Map<String, String> annotations, double value, long tick) {
    return new AlertInstance(
        labels, annotations, AlertState.PENDING, value, tick, NEVER, NEVER, NEVER, NEVER);
  }

  /** Whether it is pending or firing. */
  public boolean isActive() {
    return state != AlertState.INACTIVE;
  }

  AlertInstance seen(Map<String, String> newAnnotations, double newValue) {
    return new AlertInstance(
        labels, newAnnotations, state, newValue, activeAt, firedAt, resolvedAt, lastSentAt, NEVER);
  }

  AlertInstance fired(long tick) {
    return new AlertInstance(
        labels,
        annotations,
        AlertState.FIRING,
        value,
        activeAt,
        tick,
        resolvedAt,
        lastSentAt,
        keepFiringSince);
  }

  AlertInstance resolved(long tick) {
    return new AlertInstance(
        labels,
        annotations,
        AlertState.INACTIVE,
        value,
        activeAt,
        firedAt,
        tick,
        lastSentAt,
        keepFiringSince);
  }

  AlertInstance keptSince(long tick) {
    return new AlertInstance(
        labels, annotations, state, value, activeAt, firedAt, resolvedAt, lastSentAt, tick);
  }

  AlertInstance activeSince(long time) {
    return new AlertInstance(
        labels, annotations, state, value, time, firedAt, resolvedAt, lastSentAt, keepFiringSince);
  }

  /** The same with no time after one. */
  AlertInstance notAfter(long time) {
    return new AlertInstance(
        labels,
        annotations,
        state,
        value,
        Math.min(activeAt, time),
        Math.min(firedAt, time),
        Math.min(resolvedAt, time),
        Math.min(lastSentAt, time),
        Math.min(keepFiringSince, time));
  }

  AlertInstance sent(long tick) {
    return new AlertInstance(
        labels, annotations, state, value, activeAt, firedAt, resolvedAt, tick, keepFiringSince);
  }

  /**
   * Whether the Alertmanagers are to hear of it at a tick: when it fires, when it has ended since
   * they heard last, and again after the delay.
   */
  boolean needsSending(long tick, long resendMillis) {
    if (state == AlertState.PENDING) {
      return false;
    }
    return resolvedAt > lastSentAt || lastSentAt == NEVER || lastSentAt + resendMillis < tick;
  }

  /** Whether nothing but the value and texts that follow from it differ. */
  boolean isSameButForValue(AlertInstance other) {
    return state == other.state
        && activeAt == other.activeAt
        && firedAt == other.firedAt
        && resolvedAt == other.resolvedAt
        && lastSentAt == other.lastSentAt
        && keepFiringSince == other.keepFiringSince
        && labels.equals(other.labels);
  }

  /** As the API shows it. */
  public ActiveAlert shown() {
    return new ActiveAlert(
        labels,
        annotations,
        state,
        value,
        activeAt,
        keepFiringSince == NEVER ? 0 : keepFiringSince);
  }
}
