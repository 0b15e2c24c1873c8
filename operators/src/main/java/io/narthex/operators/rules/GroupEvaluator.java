package io.narthex.operators.rules;

import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.alert.AlertOutcome;
import io.narthex.operators.alert.AlertRuleState;
import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.alert.AlertTick;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Matcher;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.QueryValue;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One group from tick to tick: rules in order, each seeing what those before it wrote at the same
 * tick. What it writes follows from the samples, the tick and the state before, from nothing else.
 */
final class GroupEvaluator {
  private static final Logger LOG = LoggerFactory.getLogger(GroupEvaluator.class);

  private final RuleSet.Group group;
  private final long offset;
  private final List<RuleProgress> rules = new ArrayList<>();
  private final Set<Labels> orphans = new LinkedHashSet<>();
  private final List<PastTick> history = new ArrayList<>();

  /** For each rule: whether one before it may write the same series. */
  private final boolean[] namesakes;

  private long nextTick;
  private long lastTick;
  private long durationNanos;

  /** What a tick works on. */
  record Surroundings(
      WindowStore window,
      AlertTemplate.Query templates,
      long now,
      boolean remembers,
      SampleStore history,
      long replayedTo) {}

  /** The output labels of a recording rule's elements, or why there are none. */
  private record Named(List<Labels> series, Set<Labels> distinct, @Nullable String error) {}

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

  /** Goes to the next tick without an evaluation. */
  void skip() {
    nextTick = group.schedule().after(nextTick);
  }

  /** Series that rules wrote which are no longer in the group. */
  Set<Labels> orphans() {
    return orphans;
  }

  /** Goes on from where a group of the same name was; rules that are not here leave orphans. */
  void resume(long tick, RuleSnapshot.Group saved) {
    nextTick = tick;
    orphans.addAll(saved.orphans());
    var left = new HashMap<>(saved.rules());
    for (var rule : rules) {
      var state = left.remove(rule.rule().key());
      if (state != null) {
        rule.resume(state);
      }
    }
    left.values().forEach(state -> orphans.addAll(state.outputs()));
    for (var past : saved.history()) {
      var known = new PastTick(past.tick(), past.at(), rules.size());
      for (var rule : rules) {
        var state = past.rules().getOrDefault(rule.rule().key(), RuleState.NONE);
        known.add(state.outputs(), state.alerts());
      }
      history.add(known);
      lastTick = past.tick();
    }
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
    var tick = new Tick(in, time, time - offset, out);
    rules.forEach(tick::evaluate);
    tick.end();
    lastTick = time;
    if (in.remembers()) {
      var past = new PastTick(time, time - offset, rules.size());
      rules.forEach(rule -> past.add(rule.outputs(), rule.alerts()));
      history.add(past);
    }
    durationNanos = System.nanoTime() - begin;
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
    var tick = new Tick(in, past.tick(), past.at(), out);
    for (int rule = wanted.nextSetBit(0); rule >= 0; rule = wanted.nextSetBit(rule + 1)) {
      tick.correct(rule, past, before, newest, follow);
      wrote.run();
    }
    tick.hand();
  }

  /** One evaluation of the group. */
  private final class Tick {
    final Surroundings in;
    final long time;
    final long at;
    final RuleOutput out;
    final SampleBatchBuilder batch;
    final Set<Labels> written = new HashSet<>();

    Tick(Surroundings in, long time, long at, RuleOutput out) {
      this.in = in;
      this.time = time;
      this.at = at;
      this.out = out;
      batch = SampleBatch.at(new Origin.Rules(group.definition().name()), at);
    }

    /** Evaluates a rule of a former tick as if its samples had been there in time. */
    void correct(
        int rule, PastTick past, @Nullable PastTick before, boolean newest, BitSet follow) {
      var progress = rules.get(rule);
      var was = past.outputs(rule);
      var previous = before == null ? Set.<Labels>of() : before.outputs(rule);
      var state = past.alerts(rule);
      Set<Labels> now = previous;
      try {
        var result = progress.plan().evaluate(at);
        if (progress.rule().alert() == null) {
          var named = named(progress, result);
          if (named.error() == null) {
            now = named.distinct();
            rewrite(rule, past, named.series(), result);
          }
        } else {
          var earlier = before == null ? AlertRuleState.EMPTY : before.alerts(rule);
          var outcome = progress.rule().alert().evaluate(earlier, tick(), result);
          state = outcome.state();
          if (outcome.error() == null) {
            now = new LinkedHashSet<>();
            for (var point : outcome.series()) {
              if (mayWrite(rule, past, point.labels())) {
                write(point.labels(), point.value(), null);
              }
              now.add(point.labels());
            }
          }
        }
      } catch (FaultException e) {
        LOG.debug("rule {} fails again at {}", progress.rule().rule().name(), at, e);
      } catch (RuntimeException e) {
        LOG.error(
            "rule {} broke when it was corrected at {}", progress.rule().rule().name(), at, e);
        return;
      }
      // What was there and is not any more ends here, like what was there one tick before.
      blank(rule, past, was, now);
      blank(rule, past, previous, now);
      if (at < in.replayedTo()) {
        blank(rule, past, stored(progress), now);
      }
      if (!now.equals(was) || !state.equals(past.alerts(rule))) {
        follow.set(rule);
      }
      past.correct(rule, now, state);
      if (newest) {
        progress.outputs(now);
        settle(rule, progress, past);
      }
    }

    private void blank(int rule, PastTick past, Set<Labels> before, Set<Labels> now) {
      for (var series : before) {
        if (!now.contains(series) && mayWrite(rule, past, series)) {
          write(series, StaleMarker.VALUE, null);
        }
      }
    }

    /** What a run that crashed after its last snapshot may have written at this tick. */
    private Set<Labels> stored(RuleProgress progress) {
      var found = new LinkedHashSet<Labels>();
      var rule = progress.rule();
      var buffer = new SampleBuffer();
      for (String name : RuleEvaluator.outputs(rule)) {
        var matchers = new ArrayList<Matcher>();
        matchers.add(Matcher.equal(Labels.METRIC_NAME, name));
        if (rule.alert() == null) {
          rule.labels().forEach((label, value) -> matchers.add(Matcher.equal(label, value)));
        } else {
          matchers.add(Matcher.equal(AlertEvaluator.ALERT_NAME, rule.rule().name()));
        }
        try (var all = in.history().select(new SampleStore.Selector(matchers, at, at, false))) {
          for (int series = 0; series < all.size(); series++) {
            buffer.clear();
            all.read(series, at - 1, at, buffer);
            if (buffer.size() > 0
                && (buffer.histogram(0) != null || !StaleMarker.is(buffer.values()[0]))) {
              found.add(all.labels(series));
            }
          }
        }
      }
      return found;
    }

    private void rewrite(
        int rule, PastTick past, List<Labels> series, List<QueryValue.Sample> result) {
      for (int i = 0; i < series.size(); i++) {
        if (mayWrite(rule, past, series.get(i))) {
          write(series.get(i), result.get(i).value(), result.get(i).histogram());
        }
      }
    }

    /** Of rules of one name the first that writes a series counts. */
    private boolean mayWrite(int rule, PastTick past, Labels series) {
      for (int earlier = 0; earlier < rule; earlier++) {
        if (namesakes[rule] && past.outputs(earlier).contains(series)) {
          return false;
        }
      }
      return true;
    }

    /** Brings a corrected state of alerts into force. */
    private void settle(int rule, RuleProgress progress, PastTick past) {
      var evaluator = progress.rule().alert();
      if (evaluator == null) {
        return;
      }
      AlertOutcome outcome = evaluator.correct(progress.alerts(), past.alerts(rule), tick());
      progress.alerts(outcome.state());
      past.correct(rule, past.outputs(rule), outcome.state());
      tell(evaluator, outcome);
    }

    private AlertTick tick() {
      return new AlertTick(time, at, in.now(), in.templates());
    }

    private void tell(AlertEvaluator evaluator, AlertOutcome outcome) {
      if (!outcome.transitions().isEmpty() || !outcome.notifications().isEmpty()) {
        out.alerts(
            new AlertBatch(evaluator.rule().id(), outcome.transitions(), outcome.notifications()));
      }
    }

    void evaluate(RuleProgress progress) {
      long begin = System.nanoTime();
      String error;
      try {
        var result = progress.plan().evaluate(at);
        error =
            progress.rule().alert() == null ? record(progress, result) : alert(progress, result);
      } catch (FaultException e) {
        error = e.getMessage();
      } catch (RuntimeException e) {
        // A fault of ours in one rule; the others of the group are evaluated all the same.
        LOG.error(
            "rule {} of group {} broke at {}",
            progress.rule().rule().name(),
            group.definition().key(),
            at,
            e);
        error = "internal error: " + e;
      }
      if (error != null && progress.lastError() == null) {
        LOG.warn(
            "rule {} of group {} fails: {}",
            progress.rule().rule().name(),
            group.definition().key(),
            error);
      }
      progress.evaluated(time, System.nanoTime() - begin, error);
    }

    /** Ends the series of rules that are gone and hands on what was written. */
    void end() {
      for (var series : orphans) {
        write(series, StaleMarker.VALUE, null);
      }
      orphans.clear();
      if (at < in.replayedTo()) {
        for (var progress : rules) {
          if (progress.lastError() == null) {
            stored(progress).forEach(series -> write(series, StaleMarker.VALUE, null));
          }
        }
      }
      hand();
    }

    void hand() {
      if (batch.rowCount() > 0) {
        out.samples(batch.build());
      }
    }

    private Named named(RuleProgress progress, List<QueryValue.Sample> result) {
      var series = new ArrayList<Labels>(result.size());
      var distinct = new LinkedHashSet<Labels>();
      for (var sample : result) {
        var built = progress.outputOf(sample.labels());
        series.add(built);
        if (!distinct.add(built)) {
          return new Named(
              series,
              distinct,
              "vector contains metrics with the same labelset after applying rule labels");
        }
      }
      int limit = group.definition().limit();
      return new Named(
          series,
          distinct,
          limit > 0 && result.size() > limit
              ? "exceeded limit of %d with %d series".formatted(limit, result.size())
              : null);
    }

    private @Nullable String record(RuleProgress progress, List<QueryValue.Sample> result) {
      var named = named(progress, result);
      if (named.error() != null) {
        return named.error();
      }
      for (int i = 0; i < result.size(); i++) {
        write(named.series().get(i), result.get(i).value(), result.get(i).histogram());
      }
      vanished(progress, named.distinct());
      return null;
    }

    private @Nullable String alert(RuleProgress progress, List<QueryValue.Sample> result) {
      var evaluator = progress.rule().alert();
      if (evaluator == null) {
        throw new IllegalStateException("a recording rule has no alerts");
      }
      var restore = progress.restore();
      AlertOutcome outcome =
          restore == null
              ? evaluator.evaluate(progress.alerts(), tick(), result)
              : evaluator.evaluateRestored(tick(), result, restore);
      progress.alerts(outcome.state());
      tell(evaluator, outcome);
      if (outcome.error() != null) {
        return outcome.error();
      }
      var series = new LinkedHashSet<Labels>();
      for (var point : outcome.series()) {
        write(point.labels(), point.value(), null);
        series.add(point.labels());
      }
      vanished(progress, series);
      return null;
    }

    private void vanished(RuleProgress progress, Set<Labels> now) {
      for (var before : progress.outputs()) {
        if (!now.contains(before)) {
          write(before, StaleMarker.VALUE, null);
        }
      }
      progress.outputs(now.equals(progress.outputs()) ? progress.outputs() : now);
    }

    /** The first sample of a series at a tick counts, as everywhere. */
    private void write(Labels labels, double value, @Nullable FloatHistogram histogram) {
      if (!written.add(labels)) {
        return;
      }
      in.window().append(labels, at, value, histogram);
      batch.series(labels);
      if (histogram == null) {
        batch.value(value);
      } else {
        batch.histogram(at, histogram);
      }
    }
  }

  /** What a rule carries from tick to tick. */
  record RuleState(AlertRuleState alerts, Set<Labels> outputs) {
    static final RuleState NONE = new RuleState(AlertRuleState.EMPTY, Set.of());
  }

  /** The states of all rules by their keys. */
  Map<String, RuleState> states() {
    var states = new HashMap<String, RuleState>();
    for (var rule : rules) {
      states.put(rule.rule().key(), new RuleState(rule.alerts(), rule.outputs()));
    }
    return states;
  }
}
