package io.narthex.operators.rules;

import io.narthex.operators.alert.AlertOutcome;
import io.narthex.operators.alert.AlertRuleState;
import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.alert.AlertTick;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.query.promql.QueryValue;
import java.util.ArrayList;
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
  private long nextTick;
  private long lastTick;
  private long durationNanos;

  /** What a tick works on. */
  record Surroundings(WindowStore window, AlertTemplate.Query templates, long now) {}

  GroupEvaluator(RuleSet.Group group, RulePlanner planner, long nextTick) {
    this.group = group;
    this.offset = group.queryOffsetMillis();
    this.nextTick = nextTick;
    group.rules().forEach(rule -> rules.add(new RuleProgress(rule, planner.plan(rule))));
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
  void resume(long tick, Map<String, RuleState> states, Set<Labels> oldOrphans) {
    nextTick = tick;
    orphans.addAll(oldOrphans);
    var left = new HashMap<>(states);
    for (var rule : rules) {
      var state = left.remove(rule.rule().key());
      if (state != null) {
        rule.resume(state);
      }
    }
    left.values().forEach(state -> orphans.addAll(state.outputs()));
  }

  /** Evaluates the next tick. */
  void evaluate(Surroundings in, RuleOutput out) {
    long begin = System.nanoTime();
    var tick = new Tick(in, nextTick, nextTick - offset, out);
    rules.forEach(tick::evaluate);
    tick.end();
    lastTick = nextTick;
    nextTick = group.schedule().after(nextTick);
    durationNanos = System.nanoTime() - begin;
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
      if (batch.rowCount() > 0) {
        out.samples(batch.build());
      }
    }

    private @Nullable String record(RuleProgress progress, List<QueryValue.Sample> result) {
      var series = new ArrayList<Labels>(result.size());
      var distinct = new LinkedHashSet<Labels>();
      for (var sample : result) {
        var built = progress.outputOf(sample.labels());
        series.add(built);
        if (!distinct.add(built)) {
          return "vector contains metrics with the same labelset after applying rule labels";
        }
      }
      int limit = group.definition().limit();
      if (limit > 0 && result.size() > limit) {
        return "exceeded limit of %d with %d series".formatted(limit, result.size());
      }
      for (int i = 0; i < series.size(); i++) {
        write(series.get(i), result.get(i).value(), result.get(i).histogram());
      }
      vanished(progress, distinct);
      return null;
    }

    private @Nullable String alert(RuleProgress progress, List<QueryValue.Sample> result) {
      var evaluator = progress.rule().alert();
      if (evaluator == null) {
        throw new IllegalStateException("a recording rule has no alerts");
      }
      var tick = new AlertTick(time, at, in.now(), in.templates());
      AlertOutcome outcome = evaluator.evaluate(progress.alerts(), tick, result);
      progress.alerts(outcome.state());
      if (!outcome.transitions().isEmpty() || !outcome.notifications().isEmpty()) {
        out.alerts(
            new AlertBatch(evaluator.rule().id(), outcome.transitions(), outcome.notifications()));
      }
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
      progress.outputs(now);
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
  record RuleState(AlertRuleState alerts, Set<Labels> outputs) {}

  /** The states of all rules by their keys. */
  Map<String, RuleState> states() {
    var states = new HashMap<String, RuleState>();
    for (var rule : rules) {
      states.put(rule.rule().key(), new RuleState(rule.alerts(), rule.outputs()));
    }
    return states;
  }
}
