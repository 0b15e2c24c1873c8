package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.alert.ForStateRestore;
import io.narthex.operators.rules.incremental.RulePlanner;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.rules.state.SavedGroup;
import io.narthex.operators.rules.state.SavedRules;
import io.narthex.operators.rules.state.SeenSamples;
import io.narthex.operators.rules.window.Horizon;
import io.narthex.operators.rules.window.WindowStore;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules in force with what is made anew when others take their place: the window, the groups,
 * what is to be corrected. Knows what the groups need of the past; knows nothing of when they are
 * evaluated. Confined to one thread.
 */
final class RunningRules {
  private final RuleSet rules;
  private final Frame frame;
  private final long lateness;
  private final Horizon horizon = new Horizon();
  private final WindowStore window;
  private final List<GroupEvaluator> groups = new ArrayList<>();
  private final Corrections corrections;
  private final AlertTemplate.Query templates;
  private OutageShadow shadow;

  /**
   * What stays while rules come and go.
   *
   * @param startedAt of the evaluator, milliseconds
   * @param formerStarts of the evaluators before it, milliseconds, in order
   * @param filledTo last millisecond that windows take from the store; {@link Long#MAX_VALUE} on
   *     the stream
   */
  record Frame(
      SampleStore history,
      RuleOptions options,
      long startedAt,
      List<Long> formerStarts,
      long filledTo,
      HeardTimes heard) {

    /** Whether the run has an end, and samples come from the store alone. */
    boolean isBounded() {
      return filledTo < Long.MAX_VALUE;
    }

    /** Where alerts without a state go on from: the series that were written of them. */
    @Nullable ForStateRestore restore() {
      long from = startedAt - options.outageTolerance().toMillis();
      return isBounded()
          ? null
          : ForStateRestore.of(options.gracePeriod(), new WrittenAlerts(history, from));
    }
  }

  /**
   * Puts rules into force and fills their windows.
   *
   * @param saved states of groups by their keys
   * @param before the rules before, whose samples are taken over; null if there are none. If they
   *     began at another time, something like an outage was in between
   * @param now groups without a state begin with their next tick from then on, milliseconds
   */
  RunningRules(
      RuleSet rules,
      Map<String, SavedGroup> saved,
      @Nullable RunningRules before,
      long now,
      Frame frame) {
    this.rules = rules;
    this.frame = frame;
    lateness = frame.options().allowedLateness().toMillis();
    templates = new StoreQueries(new VectorizedQueryEngine(frame.history(), rules.engine()));
    window = new WindowStore(rules.interests(), horizon);
    if (before != null) {
      window.fill(before.window);
    }
    long seen = install(saved, now);
    fill(now, seen);
    horizon.end(seen); // only now, as what fills the window is not late
    corrections = new Corrections(groups, window, horizon, lateness);
    var outage =
        before != null && before.frame.startedAt() == frame.startedAt()
            ? before.shadow.outage()
            : outage(saved);
    shadow = OutageShadow.of(outage, rules, window);
  }

  /** What the window does not have as nobody was there since the states were saved. */
  private Outage outage(Map<String, SavedGroup> saved) {
    if (saved.isEmpty()) {
      return Outage.NONE;
    }
    var written = new HashSet<String>();
    rules
        .groups()
        .forEach(group -> group.rules().forEach(rule -> written.addAll(rule.outputNames())));
    var starts = new ArrayList<>(frame.formerStarts());
    starts.add(frame.startedAt());
    return Outage.before(starts, oldestNeeded(frame.startedAt()) - lateness, window, written);
  }

  /** Makes the groups; gives the sample time of the newest tick that any of them has seen. */
  private long install(Map<String, SavedGroup> saved, long now) {
    long seen = Long.MIN_VALUE;
    var options = frame.options();
    var planner = new RulePlanner(window, frame.history(), rules.engine(), options.incremental());
    for (var prepared : rules.groups()) {
      // A bounded run begins with the samples, one of the stream with the clock.
      long first = frame.isBounded() ? frame.startedAt() - 1 + prepared.queryOffsetMillis() : now;
      var group = new GroupEvaluator(prepared, planner, prepared.schedule().after(first));
      var state = saved.get(prepared.definition().key());
      if (state != null && GroupEvaluator.isAhead(state.nextTick(), group.definition(), now)) {
        group.resume(prepared.schedule().after(now), state.notAfter(now));
        seen = Math.max(seen, Math.min(now, group.lastSampleTime()));
      } else if (state != null) {
        // The interval may be another one now.
        long tick = prepared.schedule().after(state.nextTick() - 1);
        group.resume(tick, state);
        if (lateness == 0) {
          group.forget(Long.MAX_VALUE);
        }
        seen = Math.max(seen, group.lastSampleTime());
      }
      groups.add(group);
    }
    return seen;
  }

  RuleSet rules() {
    return rules;
  }

  WindowStore window() {
    return window;
  }

  Horizon horizon() {
    return horizon;
  }

  Corrections corrections() {
    return corrections;
  }

  /** What templates of alerts ask. */
  AlertTemplate.Query templates() {
    return templates;
  }

  /** What an outage hides. */
  OutageShadow shadow() {
    return shadow;
  }

  /** No tick whose samples are of an earlier time is evaluated any more. */
  void forgetOutage(long time) {
    if (time > shadow.outage().to()) {
      shadow = OutageShadow.NONE;
    }
  }

  /** The groups in order of evaluation. */
  List<GroupEvaluator> groups() {
    return groups;
  }

  /**
   * The group whose next tick comes first, if all its samples are of a time or earlier. On the
   * stream a tick that looks back by a query offset waits for its own time as well, so that samples
   * that come late by less are there.
   *
   * @param now by the clock, milliseconds
   */
  @Nullable GroupEvaluator due(long time, long now) {
    GroupEvaluator first = null;
    long latest = frame.isBounded() ? Long.MAX_VALUE : Math.max(time, now);
    for (var group : groups) {
      if (group.nextSampleTime() <= time
          && group.nextTick() <= latest
          && (first == null || group.nextSampleTime() < first.nextSampleTime())) {
        first = group;
      }
    }
    return first;
  }

  /** The sample time of the oldest tick that is still to be evaluated, or {@code at}. */
  long oldestNeeded(long at) {
    long oldest = at;
    for (var group : groups) {
      oldest = Math.min(oldest, group.nextSampleTime());
    }
    return horizon.evaluatedTo() == Long.MIN_VALUE
        ? oldest
        : Math.min(oldest, horizon.evaluatedTo());
  }

  /**
   * Takes from the store what was given up on its way here. What the windows hold stays: points
   * that rules wrote may not have reached the store yet. Samples of the time of former ticks count
   * as late, as they would have on their way.
   */
  void refill() {
    fill(Long.MAX_VALUE, horizon.evaluatedTo());
  }

  /**
   * Fills the windows from the store with what the next ticks need.
   *
   * @param latest from when on samples are needed in any case, milliseconds
   * @param seen sample time of the newest tick; {@link Long#MIN_VALUE} if there was none
   */
  private void fill(long latest, long seen) {
    var comeAgain = new ComingPoints();
    long earliest = latest;
    for (var group : groups) {
      long next = group.nextSampleTime();
      earliest = Math.min(earliest, next);
      for (var rule : group.rules()) {
        comeAgain.from(rule.rule(), next);
      }
    }
    // What rules wrote at ticks that come again is not to be seen before they do.
    window.fill(
        frame.history(),
        Math.min(earliest, seen == Long.MIN_VALUE ? earliest : seen - lateness),
        labels -> Math.min(frame.filledTo(), comeAgain.of(labels) - 1));
    frame.heard().hearAll(window, earliest);
  }

  /**
   * Takes from the store what rules read and do not write themselves, for a bounded run.
   *
   * @param from first millisecond
   * @param to the millisecond after the last
   */
  void load(long from, long to) {
    Set<String> own = new HashSet<>();
    rules.groups().forEach(group -> group.rules().forEach(rule -> own.addAll(rule.outputNames())));
    window.load(frame.history(), from, to - 1, labels -> !own.contains(labels.metricName()));
  }

  /** The state, without the window, which is filled from the store. */
  SavedRules saved() {
    return new SavedRules(savedGroups(), seen());
  }

  /** The states of the groups by their keys. */
  Map<String, SavedGroup> savedGroups() {
    var saved = new LinkedHashMap<String, SavedGroup>();
    groups.forEach(group -> saved.put(group.definition().key(), group.saved()));
    return saved;
  }

  /** Which samples the ticks that may be corrected were computed from. */
  private SeenSamples seen() {
    if (lateness == 0 || horizon.evaluatedTo() == Long.MIN_VALUE) {
      return SeenSamples.NONE;
    }
    long to = horizon.evaluatedTo();
    boolean unsettled = corrections.isSuspicious();
    var rows = new LinkedHashMap<String, Long>();
    for (var selection : window.selections()) {
      // What is still to be corrected is not known after a restart, only that there is something.
      rows.put(
          selection.matchers().toString(),
          unsettled || selection.isLate() ? -1 : selection.rows(to - lateness, to));
    }
    return new SeenSamples(to - lateness, to, rows);
  }

  /**
   * Has ticks evaluated again of whose time the store holds other samples than were seen; not where
   * it cannot read what was seen, as the points would be worse than those that were written.
   */
  void suspect(SeenSamples seen) {
    for (var selection : window.selections()) {
      Long rows = seen.rows().get(selection.matchers().toString());
      boolean isKnown = window.gaps().reason(selection.matchers(), seen.from(), seen.to()) == null;
      if (rows != null && isKnown && rows != selection.rows(seen.from(), seen.to())) {
        corrections.suspect(selection, seen.from(), seen.to());
      }
    }
  }
}
