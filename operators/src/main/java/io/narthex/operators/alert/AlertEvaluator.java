package io.narthex.operators.alert;

import io.narthex.pipeline.alert.AlertNotification;
import io.narthex.pipeline.alert.AlertState;
import io.narthex.pipeline.alert.AlertTransition;
import io.narthex.pipeline.alert.AlertTransition.Cause;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state machine of one alerting rule. Pure but for a warning in the log when a template fails:
 * equal states, ticks and results give equal outcomes, so a tick may be evaluated again.
 *
 * <p>An element of the result makes an alert pending; after {@code for} it fires; when its element
 * is gone, and {@code keep_firing_for} over, it is resolved, and told for another 15 minutes.
 */
public final class AlertEvaluator {
  /** The label that names the rule. */
  public static final String ALERT_NAME = "alertname";

  /** Series of active alerts, with value 1. */
  public static final String ALERTS = "ALERTS";

  /** Series of active alerts whose value is when they became active, in seconds. */
  public static final String ALERTS_FOR_STATE = "ALERTS_FOR_STATE";

  static final String STATE_LABEL = "alertstate";

  /** How long a resolved alert is told, in case that the Alertmanagers did not hear it. */
  static final long RESOLVED_RETENTION_MILLIS = 15 * 60_000L;

  private static final Logger LOG = LoggerFactory.getLogger(AlertEvaluator.class);

  private final AlertRule rule;

  public AlertEvaluator(AlertRule rule) {
    this.rule = rule;
  }

  public AlertRule rule() {
    return rule;
  }

  /**
   * Evaluates a tick.
   *
   * @param before the state after the tick before
   * @param result what the expression gives at the tick's sample time
   */
  public AlertOutcome evaluate(
      AlertRuleState before, AlertTick tick, List<QueryValue.Sample> result) {
    return evaluate(before, tick, result, AfterStart.NONE);
  }

  /**
   * Evaluates a tick that is perhaps soon after a start.
   *
   * @param before the state after the tick before
   * @param result what the expression gives at the tick's sample time
   */
  public AlertOutcome evaluate(
      AlertRuleState before,
      AlertTick tick,
      List<QueryValue.Sample> result,
      AfterStart afterStart) {
    if (result.isEmpty() && before.isEmpty()) {
      return AlertOutcome.nothing(before);
    }
    var found = new LinkedHashMap<Labels, AlertInstance>();
    for (var sample : result) {
      var alert = found(sample, tick);
      if (found.put(alert.labels(), alert) != null) {
        return AlertOutcome.failed(
            before,
            List.of(),
            "vector contains metrics with the same labelset after applying alert labels");
      }
    }
    var changes = new Changes(tick, afterStart);
    var after = changes.apply(before, found);
    if (rule.limit() > 0 && changes.active > rule.limit()) {
      return AlertOutcome.failed(
          AlertRuleState.EMPTY,
          ended(before, tick, Cause.LIMIT_EXCEEDED),
          "exceeded limit of %d with %d alerts".formatted(rule.limit(), changes.active));
    }
    var notifications = send(after, tick.time());
    return new AlertOutcome(
        AlertRuleState.of(after), changes.series, changes.transitions, notifications, null);
  }

  /**
   * A tick of which nothing can be known: alerts stay as they are, go on being written, and are
   * told again when it is time.
   */
  public AlertOutcome hold(AlertRuleState before, AlertTick tick) {
    if (before.isEmpty()) {
      return AlertOutcome.nothing(before);
    }
    var after = before.copy();
    var notifications = send(after, tick.time());
    var state = notifications.isEmpty() ? before : AlertRuleState.of(after);
    return new AlertOutcome(state, series(state), List.of(), notifications, null);
  }

  /**
   * Brings a recomputed state into force: ticks up to this one were evaluated again with samples
   * that arrived late. What was sent before counts as sent; what was sent wrongly is taken back.
   *
   * @param published the state after this tick that was in force
   * @param recomputed the state after the same tick that follows from all samples
   */
  public AlertOutcome correct(AlertRuleState published, AlertRuleState recomputed, AlertTick tick) {
    if (published.equals(recomputed)) {
      return AlertOutcome.nothing(published);
    }
    var after = recomputed.copy();
    var transitions = new ArrayList<AlertTransition>();
    var takenBack = new ArrayList<AlertNotification>();
    for (var old : published.alerts()) {
      var alert = after.get(old.labels());
      var now = alert == null ? AlertState.INACTIVE : alert.state();
      if (now != old.state()) {
        transitions.add(transition(old, now, Cause.CORRECTED, tick));
      }
      boolean wasTold = old.state() == AlertState.FIRING && old.lastSentAt() != AlertInstance.NEVER;
      if (alert == null) {
        if (old.state() != AlertState.PENDING) {
          after.put(
              old.labels(),
              old.isActive() ? old.resolved(tick.time()).sent(AlertInstance.NEVER) : old);
        }
      } else if (alert.state() == AlertState.PENDING && wasTold) {
        takenBack.add(notification(old.resolved(tick.time()), tick.time()));
      } else if (now == old.state()) {
        after.put(old.labels(), alert.sent(Math.max(alert.lastSentAt(), old.lastSentAt())));
      } else {
        after.put(old.labels(), alert.sent(AlertInstance.NEVER));
      }
    }
    for (var alert : recomputed.alerts()) {
      if (alert.isActive() && published.get(alert.labels()) == null) {
        transitions.add(
            transition(alert, AlertState.INACTIVE, alert.state(), Cause.CORRECTED, tick));
        after.put(alert.labels(), alert.sent(AlertInstance.NEVER));
      }
    }
    takenBack.addAll(send(after, tick.time()));
    return new AlertOutcome(AlertRuleState.of(after), List.of(), transitions, takenBack, null);
  }

  /**
   * The points of a state's series, as {@link #evaluate} gives them for a tick after which the rule
   * has this state.
   */
  public List<AlertOutcome.Point> series(AlertRuleState state) {
    var points = new ArrayList<AlertOutcome.Point>();
    for (var alert : state.alerts()) {
      if (alert.isActive()) {
        addSeries(alert, points);
      }
    }
    return points;
  }

  /** The ends of all active alerts of a rule that is taken out of the configuration. */
  public static List<AlertTransition> removed(AlertRuleState state, AlertTick tick) {
    return ended(state, tick, Cause.RULE_REMOVED);
  }

  private AlertInstance found(QueryValue.Sample sample, AlertTick tick) {
    var data =
        new AlertTemplate.Data(
            sample.labels(),
            sample.value(),
            sample.histogram(),
            rule.externalLabels(),
            rule.externalUrl(),
            tick.time(),
            tick.query());
    var labels = sample.labels().toBuilder().remove(Labels.METRIC_NAME);
    for (var label : rule.labels()) {
      labels.set(label.name(), expand(label, data));
    }
    labels.set(ALERT_NAME, rule.id().rule());
    double value = sample.histogram() == null ? sample.value() : 0;
    return AlertInstance.pending(labels.build(), annotations(data), value, tick.time());
  }

  private Map<String, String> annotations(AlertTemplate.Data data) {
    if (rule.annotations().isEmpty()) {
      return Map.of();
    }
    var annotations = new LinkedHashMap<String, String>();
    for (var annotation : rule.annotations()) {
      annotations.put(annotation.name(), expand(annotation, data));
    }
    return Collections.unmodifiableMap(annotations);
  }

  private String expand(AlertRule.NamedTemplate named, AlertTemplate.Data data) {
    try {
      return named.template().expand(data);
    } catch (AlertTemplate.ExpansionException e) {
      LOG.warn(
          "alert {}: the template of {} failed on {}: {}",
          rule.id().rule(),
          named.name(),
          data.labels(),
          e.getMessage());
      return "<error expanding template: " + e.getMessage() + ">";
    }
  }

  private List<AlertNotification> send(Map<Labels, AlertInstance> alerts, long tick) {
    var notifications = new ArrayList<AlertNotification>();
    for (var entry : alerts.entrySet()) {
      var alert = entry.getValue();
      if (alert.needsSending(tick, rule.resendMillis())) {
        notifications.add(notification(alert, tick));
        entry.setValue(alert.sent(tick));
      }
    }
    return notifications;
  }

  private AlertNotification notification(AlertInstance alert, long tick) {
    return new AlertNotification(
        alert.labels(),
        alert.annotations(),
        alert.firedAt(),
        alert.resolvedAt() == AlertInstance.NEVER ? 0 : alert.resolvedAt(),
        tick,
        rule.validMillis(),
        rule.generatorUrl());
  }

  private void addSeries(AlertInstance alert, List<AlertOutcome.Point> points) {
    var labels = rule.rawLabels().toBuilder();
    alert.labels().forEach(labels::set);
    labels.set(ALERT_NAME, rule.id().rule());
    var forState = labels.set(Labels.METRIC_NAME, ALERTS_FOR_STATE).build();
    var state =
        labels.set(Labels.METRIC_NAME, ALERTS).set(STATE_LABEL, alert.state().text()).build();
    points.add(new AlertOutcome.Point(state, 1));
    points.add(new AlertOutcome.Point(forState, Math.floorDiv(alert.activeAt(), 1000)));
  }

  private static List<AlertTransition> ended(AlertRuleState state, AlertTick tick, Cause cause) {
    var transitions = new ArrayList<AlertTransition>();
    for (var alert : state.alerts()) {
      if (alert.isActive()) {
        transitions.add(transition(alert, AlertState.INACTIVE, cause, tick));
      }
    }
    return transitions;
  }

  private static AlertTransition transition(
      AlertInstance before, AlertState to, Cause cause, AlertTick tick) {
    return transition(before, before.state(), to, cause, tick);
  }

  private static AlertTransition transition(
      AlertInstance alert, AlertState from, AlertState to, Cause cause, AlertTick tick) {
    return new AlertTransition(
        alert.labels(),
        from,
        to,
        cause,
        alert.value(),
        tick.time(),
        tick.sampleTime(),
        tick.evaluatedAt(),
        alert.activeAt());
  }

  /** One pass over the alerts of a rule. */
  private final class Changes {
    final AlertTick tick;
    final AfterStart afterStart;
    final List<AlertTransition> transitions = new ArrayList<>();
    final List<AlertOutcome.Point> series = new ArrayList<>();
    int active;

    Changes(AlertTick tick, AfterStart afterStart) {
      this.tick = tick;
      this.afterStart = afterStart;
    }

    Map<Labels, AlertInstance> apply(AlertRuleState before, Map<Labels, AlertInstance> found) {
      var restore = afterStart.restore();
      var after = new LinkedHashMap<Labels, AlertInstance>();
      for (var alert : before.alerts()) {
        if (!found.containsKey(alert.labels())) {
          var next = gone(alert);
          if (next != null) {
            after.put(next.labels(), next);
          }
        }
      }
      for (var alert : found.values()) {
        var known = before.get(alert.labels());
        AlertInstance next;
        if (known != null && known.isActive()) {
          next = known.seen(alert.annotations(), alert.value());
        } else {
          // One that is still told as resolved has come and gone since.
          next =
              restore == null || known != null
                  ? alert
                  : restore.restore(alert, tick, rule.holdMillis());
          transitions.add(
              transition(next, AlertState.INACTIVE, AlertState.PENDING, Cause.CONDITION_MET, tick));
        }
        after.put(next.labels(), active(next));
      }
      return after;
    }

    /** What becomes of an alert that the expression does not return; null if it is forgotten. */
    private @Nullable AlertInstance gone(AlertInstance alert) {
      if (afterStart.partial() && alert.isActive()) {
        return active(alert);
      }
      var next = alert;
      if (alert.state() == AlertState.FIRING && rule.keepFiringMillis() > 0) {
        if (alert.keepFiringSince() == AlertInstance.NEVER) {
          next = alert.keptSince(tick.time());
        }
        if (tick.time() - next.keepFiringSince() < rule.keepFiringMillis()) {
          return active(next);
        }
      }
      switch (next.state()) {
        case PENDING -> {
          transitions.add(transition(next, AlertState.INACTIVE, Cause.CONDITION_GONE, tick));
          return null;
        }
        case FIRING -> {
          boolean kept = rule.keepFiringMillis() > 0;
          transitions.add(
              transition(
                  next,
                  AlertState.INACTIVE,
                  kept ? Cause.KEPT_LONG_ENOUGH : Cause.CONDITION_GONE,
                  tick));
          return next.resolved(tick.time());
        }
        case INACTIVE -> {
          boolean told = tick.time() - next.resolvedAt() > RESOLVED_RETENTION_MILLIS;
          return told ? null : next;
        }
      }
      throw new AssertionError(next.state());
    }

    private AlertInstance active(AlertInstance alert) {
      active++;
      var next = alert;
      if (alert.state() == AlertState.PENDING
          && !afterStart.partial()
          && tick.time() - alert.activeAt() >= rule.holdMillis()) {
        next = alert.fired(tick.time());
        transitions.add(transition(alert, AlertState.FIRING, Cause.HELD_LONG_ENOUGH, tick));
      }
      addSeries(next, series);
      return next;
    }
  }
}
