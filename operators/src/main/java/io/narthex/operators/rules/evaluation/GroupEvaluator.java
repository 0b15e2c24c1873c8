package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.ForStateRestore;
import io.narthex.operators.rules.incremental.RulePlanner;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.rules.state.RuleState;
import io.narthex.operators.rules.state.SavedGroup;
import io.narthex.operators.rules.window.WindowStore;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.runtime.SteadyClock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One group from tick to tick: rules in order, each seeing what those before it wrote at the same
 * tick. What it writes follows from the samples, the tick and the state before, from nothing else.
 */
final class GroupEvaluator {
  private final RuleSet.Group group;
  private final long offset;
  private final List<RuleProgress> rules = new ArrayList<>();
  private final Set<Labels> orphans = new LinkedHashSet<>();
  private final List<PastTick> history = new ArrayList<>();

  /** For each rule: whether one before it may write the same series. */
  private final boolean[] namesakes;

  private long nextTick;
  private long lastTick;

  /** The first tick that is known of; {@link Long#MAX_VALUE} if none was evaluated. */
  private long firstTick = Long.MAX_VALUE;

  private long durationNanos;

  GroupEvaluator(RuleSet.Group group, RulePlanner planner, long nextTick) {
    this.group = group;
    this.offset = group.queryOffsetMillis();
    this.nextTick = nextTick;
    group.rules().forEach(rule -> rules.add(new RuleProgress(rule, planner.plan(rule))));
    namesakes = new boolean[rules.size()];
    var names = new HashSet<String>();
    for (int rule = 0; rule < namesakes.length; rule++) {
      var prepared = rules.get(rule).rule();
      namesakes[rule] = !names.add((prepared.alert() == null) + prepared.rule().name());
    }
  }

  RuleGroup definition() {
    return group.definition();
  }

  List<RuleProgress> rules() {
    return rules;
  }

  /** The tick that comes next, milliseconds. */
  long nextTick() {
    return nextTick;
  }

  /** Whether the next tick is further from a time than a clock that was never set back has it. */
  boolean isAheadOf(long now) {
    return isAhead(nextTick, definition(), now);
  }

  /**
   * Whether a clock must have been set back since a next tick was found.
   *
   * @param tick milliseconds
   * @param now by the clock, milliseconds
   */
  static boolean isAhead(long tick, RuleGroup group, long now) {
    long tolerance = SteadyClock.Doubt.OF_RULES.tolerance().toMillis();
    return tick > now + 2 * group.interval().toMillis() + tolerance;
  }

  /** Until when samples must be known for the next tick. */
  long nextSampleTime() {
    return nextTick - offset;
  }

  /** The tick evaluated last; 0 if none was. */
  long lastTick() {
    return lastTick;
  }

  /** The sample time of the last evaluation; {@link Long#MIN_VALUE} if there was none. */
  long lastSampleTime() {
    return lastTick == 0 ? Long.MIN_VALUE : lastTick - offset;
  }

  /** The time of the newest sample that any rule reads from a window. */
  long newestSample(WindowStore window) {
    long newest = Long.MIN_VALUE;
    for (var rule : rules) {
      for (var matchers : rule.rule().reach().millis().keySet()) {
        var selection = window.selected(matchers);
        newest = selection == null ? newest : Math.max(newest, selection.newest());
      }
    }
    return newest;
  }

  long durationNanos() {
    return durationNanos;
  }

  /**
   * Goes on without an evaluation, to the first tick whose samples are of a time or later.
   *
   * @param time after the samples of the next tick
   */
  void skipTo(long time) {
    nextTick = group.schedule().after(Math.max(nextTick, time + offset - 1));
  }

  /** Series that rules wrote which are no longer in the group. */
  Set<Labels> orphans() {
    return orphans;
  }

  /** Goes on from where a group of the same name was; rules that are not here leave orphans. */
  void resume(long tick, SavedGroup saved) {
    nextTick = tick;
    orphans.addAll(saved.orphans());
    var left = saved.places();
    var places = new int[rules.size()];
    for (int rule = 0; rule < places.length; rule++) {
      Integer place = left.remove(rules.get(rule).rule().key());
      places[rule] = place == null ? -1 : place;
      if (place != null) {
        rules.get(rule).resume(saved.rules().get(place));
      }
    }
    left.values().forEach(place -> orphans.addAll(saved.rules().get(place).outputs()));
    for (var past : saved.history()) {
      firstTick = Math.min(firstTick, past.tick());
      var states = new RuleState[places.length];
      for (int rule = 0; rule < places.length; rule++) {
        states[rule] = places[rule] < 0 ? RuleState.NONE : past.rules().get(places[rule]);
      }
      history.add(new PastTick(past.tick(), past.at(), states));
      lastTick = past.tick();
    }
  }

  /** The state, which {@link #resume} goes on from. */
  SavedGroup saved() {
    return new SavedGroup(
        definition().name(),
        nextTick,
        nextSampleTime(),
        rules.stream().map(rule -> rule.rule().key()).toList(),
        rules.stream().map(RuleProgress::state).toList(),
        new LinkedHashSet<>(orphans),
        history.stream().map(PastTick::saved).toList());
  }

  /** Whether a rule before this one may write the same series. */
  boolean hasNamesake(int rule) {
    return namesakes[rule];
  }

  /** Evaluates the next tick. */
  void evaluate(Surroundings in, RuleOutput out) {
    evaluate(nextTick, in, out);
    nextTick = group.schedule().after(nextTick);
  }

  /** Evaluates at a time between two ticks; the next tick stays what it is. */
  void arrive(long at, Surroundings in, RuleOutput out) {
    evaluate(at + offset, in, out);
  }

  private void evaluate(long time, Surroundings in, RuleOutput out) {
    long begin = System.nanoTime();
    var tick =
        new GroupTick(
            definition(), time, writer(time, time - offset, in, out), restoreAt(time, in));
    for (var rule : rules) {
      tick.evaluate(rule);
      rule.incomplete(in.window().gaps().reason(rule.rule().reach().millis(), time - offset));
    }
    tick.end(rules, orphans);
    orphans.clear();
    lastTick = time;
    firstTick = Math.min(firstTick, time);
    if (in.remembers()) {
      history.add(new PastTick(time, time - offset, states()));
    }
    durationNanos = System.nanoTime() - begin;
  }

  private TickWriter writer(long time, long at, Surroundings in, RuleOutput out) {
    return new TickWriter(definition().name(), time, at, in, out);
  }

  private @Nullable ForStateRestore restoreAt(long tick, Surroundings in) {
    return firstTick > in.restart().startedAt()
        ? in.restart().restoreAt(tick, definition().interval().toMillis())
        : null;
  }

  /** The states of all rules; those that are what they were at the last tick are the same. */
  private RuleState[] states() {
    var last = history.isEmpty() ? null : history.get(history.size() - 1);
    var states = new RuleState[rules.size()];
    for (int rule = 0; rule < states.length; rule++) {
      var before = last == null ? RuleState.NONE : last.state(rule);
      states[rule] = rules.get(rule).state().sharedWith(before);
    }
    return states;
  }

  /** The ticks that may be evaluated again, in order. */
  List<PastTick> history() {
    return history;
  }

  /** Forgets the ticks whose samples are before a time, but for the last of them. */
  void forget(long time) {
    int gone = 0;
    while (gone + 1 < history.size() && history.get(gone + 1).at() < time) {
      gone++;
    }
    history.subList(0, gone).clear();
  }

  /**
   * Evaluates some rules of a former tick again and overwrites their points.
   *
   * @param number of the tick in the history
   * @param wanted which rules
   * @param follow set for the rules whose next tick is concerned as well
   * @param wrote called after each rule
   */
  void correct(
      int number, BitSet wanted, BitSet follow, Surroundings in, RuleOutput out, Runnable wrote) {
    var past = history.get(number);
    var before = number == 0 ? null : history.get(number - 1);
    boolean newest = number == history.size() - 1;
    var writer = writer(past.tick(), past.at(), in, out);
    var correction =
        new TickCorrection(this, past, before, newest, writer, restoreAt(past.tick(), in));
    for (int rule = wanted.nextSetBit(0); rule >= 0; rule = wanted.nextSetBit(rule + 1)) {
      correction.correct(rule, follow);
      wrote.run();
    }
    writer.hand();
  }
}
