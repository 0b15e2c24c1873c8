package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.ForStateRestore;
import io.narthex.operators.rules.incremental.RuleForm;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.operators.rules.plan.ShardPlan;
import io.narthex.operators.rules.state.RuleSnapshot;
import io.narthex.operators.rules.state.SavedGroup;
import io.narthex.operators.rules.state.SavedRules;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.storage.SampleStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates rules on the stream: takes samples as they come, and when all samples up to a time are
 * there evaluates the ticks up to it, in order of time, and groups that fall together in the order
 * of the {@link ShardPlan}. Confined to one thread.
 *
 * <p>Ticks that lie before the start of this evaluator are caught up; those of a silence, in which
 * no sample came for a minute and longer than the group's interval, are left out, as nothing is
 * known of that time. After an outage alerts stay as they are until what they read has come again.
 */
public final class RuleEvaluator {
  private static final long EVICTION_MILLIS = 30_000;

  private final RuleOptions options;
  private final RunStarts starts;
  private final long lateness;
  private final Clock clock;
  private final RuleOutput out;
  private final long startedAt;

  /** Up to here a run before this one may have written points that it did not keep in its state. */
  private final long replayedTo;

  private final HeardTimes heard;
  private final RunningRules.Frame frame;
  private final @Nullable ForStateRestore restore;
  private RunningRules running;
  private long advancedTo = Long.MIN_VALUE;
  private long evictedAt = Long.MIN_VALUE;

  /**
   * The start of an evaluator.
   *
   * @param at milliseconds
   * @param former those before it, milliseconds, in order
   */
  private record Begin(long at, List<Long> former) {
    static Begin of(long now, RunStarts starts) {
      return new Begin(now, starts.begin(now));
    }
  }

  /**
   * An evaluator whose groups begin with their next ticks from now on.
   *
   * @param history where the windows are filled from
   */
  public RuleEvaluator(RuleSet rules, SampleStore history, Clock clock, RuleOutput out) {
    this(rules, RuleOptions.DEFAULTS, history, clock, out);
  }

  /** An evaluator with other options. */
  public RuleEvaluator(
      RuleSet rules, RuleOptions options, SampleStore history, Clock clock, RuleOutput out) {
    this(rules, options, RunStarts.NONE, history, clock, out);
  }

  /**
   * An evaluator whose start is noted.
   *
   * @param starts when others began before it
   */
  public RuleEvaluator(
      RuleSet rules,
      RuleOptions options,
      RunStarts starts,
      SampleStore history,
      Clock clock,
      RuleOutput out) {
    this(
        rules,
        options,
        SavedRules.NONE,
        Begin.of(clock.millis(), starts),
        starts,
        history,
        Long.MAX_VALUE,
        clock,
        out,
        null);
  }

  /**
   * An evaluator that begins with the ticks whose samples are of a time or later, and to which
   * later samples come from {@link #load} only.
   */
  static RuleEvaluator bounded(
      RuleSet rules, SampleStore history, long from, Clock clock, RuleOutput out) {
    return new RuleEvaluator(
        rules,
        RuleOptions.DEFAULTS.withLateness(Duration.ZERO),
        SavedRules.NONE,
        new Begin(from, List.of()),
        RunStarts.NONE,
        history,
        from - 1,
        clock,
        out,
        null);
  }

  private RuleEvaluator(
      RuleSet rules,
      RuleOptions options,
      SavedRules saved,
      Begin begin,
      RunStarts starts,
      SampleStore history,
      long filledTo,
      Clock clock,
      RuleOutput out,
      @Nullable RunningRules before) {
    this.options = options;
    this.starts = starts;
    lateness = options.allowedLateness().toMillis();
    this.clock = clock;
    this.out = out;
    startedAt = begin.at();
    heard = new HeardTimes(startedAt);
    frame = new RunningRules.Frame(history, options, startedAt, begin.former(), filledTo, heard);
    restore = frame.restore();
    replayedTo = saved.groups().isEmpty() ? Long.MIN_VALUE : startedAt;
    running = new RunningRules(rules, saved.groups(), before, startedAt, frame);
    RemovedAlerts.tell(saved.groups(), rules, startedAt, running.templates(), out);
    running.suspect(saved.seen());
  }

  /**
   * An evaluator that goes on from a snapshot. Groups and rules are found by their names and
   * labels; those that are new begin anew.
   *
   * @throws java.io.UncheckedIOException if the bytes are no snapshot
   */
  public static RuleEvaluator restore(
      byte[] snapshot, RuleSet rules, SampleStore history, Clock clock, RuleOutput out) {
    return restore(snapshot, rules, RuleOptions.DEFAULTS, RunStarts.NONE, history, clock, out);
  }

  /**
   * An evaluator with other options that goes on from a snapshot.
   *
   * @param starts when others began before it that went on from this snapshot or led to it
   */
  public static RuleEvaluator restore(
      byte[] snapshot,
      RuleSet rules,
      RuleOptions options,
      RunStarts starts,
      SampleStore history,
      Clock clock,
      RuleOutput out) {
    return new RuleEvaluator(
        rules,
        options,
        RuleSnapshot.read(snapshot),
        Begin.of(clock.millis(), starts),
        starts,
        history,
        Long.MAX_VALUE,
        clock,
        out,
        null);
  }

  /** Whether any group waits for a tick that the clock can only have been set back from. */
  public boolean isAheadOf(long now) {
    return running.groups().stream().anyMatch(group -> group.isAheadOf(now));
  }

  /**
   * An evaluator that takes over from this one after the clock was set. Where it was set ahead, it
   * goes on as after an outage; where it was set back, from there, with what is known of the time
   * before.
   *
   * @param at what the clock showed when it had been set, milliseconds
   */
  public RuleEvaluator setTo(long at) {
    return new RuleEvaluator(
        running.rules(),
        options,
        running.saved(),
        Begin.of(at, starts),
        starts,
        frame.history(),
        Long.MAX_VALUE,
        clock,
        out,
        running);
  }

  /** The state of all rules; windows are not in it, they are filled from the store. */
  public byte[] snapshot() {
    return RuleSnapshot.write(running.saved());
  }

  /** The rules in force. */
  public RuleSet rules() {
    return running.rules();
  }

  /**
   * Takes from the store what rules read and do not write themselves, for a bounded run.
   *
   * @param from first millisecond
   * @param to the millisecond after the last
   */
  void load(long from, long to) {
    running.load(from, to);
  }

  /** Rules whose last evaluation failed or lacked samples, and why. */
  List<String> errors() {
    var errors = new ArrayList<String>();
    for (var group : running.groups()) {
      for (var rule : group.rules()) {
        String trouble = rule.trouble();
        if (trouble != null) {
          errors.add(group.definition().name() + ": " + rule.rule().rule().name() + ": " + trouble);
        }
      }
    }
    return errors;
  }

  /** How all groups stand, in order of evaluation. */
  public List<RuleGroupStatus> report() {
    return running.groups().stream().map(GroupReport::of).toList();
  }

  /** Takes samples. */
  public void accept(SampleBatch batch) {
    if (batch.rowCount() == 0) {
      return;
    }
    heard.hear(batch.maxTimestamp());
    running.window().append(batch);
  }

  /**
   * Evaluates all ticks whose samples are of this time or earlier and whose own time has come.
   * Before that, ticks that were evaluated already are evaluated again where samples came late,
   * within the allowed lateness: their points are written once more, and alerts become what they
   * would have been.
   */
  public void advance(long time) {
    correct();
    advancedTo = Math.max(advancedTo, time);
    long now = clock.millis();
    for (var next = running.due(advancedTo, now);
        next != null;
        next = running.due(advancedTo, now)) {
      if (next.nextTick() < startedAt
          && heard.isSilent(next.nextSampleTime(), next.definition().interval().toMillis())) {
        next.skipTo(heard.nextHeard(next.nextSampleTime()));
      } else {
        evaluate(next);
      }
    }
    correct();
  }

  /**
   * Evaluates the groups that are chosen for it (see {@link RuleOptions#onArrival}) at the time of
   * the newest sample that they read, if it came after their last evaluation. Ticks that lie before
   * it are evaluated first; samples of other series that are older and come later correct what was
   * evaluated, as late ones do. So each group is evaluated in order of time and at every tick, and
   * {@code for} counts from sample to sample. What other groups write is seen as far as they have
   * been evaluated.
   *
   * @param now samples of later times count as of now, milliseconds
   */
  public void arrive(long now) {
    correct();
    for (var group : running.groups()) {
      if (options.onArrival().test(group.definition())) {
        long offset = group.nextTick() - group.nextSampleTime();
        long at = Math.min(now - offset, group.newestSample(running.window()));
        while (group.nextSampleTime() <= at) {
          evaluate(group);
        }
        if (at > group.lastSampleTime() && group.lastTick() != 0) {
          evict(at);
          running.horizon().begin(at);
          group.arrive(at, surroundings(), out);
          running.horizon().end(at);
          group.forget(running.horizon().evaluatedTo() - lateness);
          out.evaluated(GroupReport.of(group));
        }
      }
    }
    correct();
  }

  private void evaluate(GroupEvaluator group) {
    long at = group.nextSampleTime();
    evict(at);
    running.horizon().begin(at);
    group.evaluate(surroundings(), out);
    running.horizon().end(at);
    group.forget(running.horizon().evaluatedTo() - lateness);
    out.evaluated(GroupReport.of(group));
  }

  private Surroundings surroundings() {
    return new Surroundings(
        running.window(),
        running.templates(),
        clock.millis(),
        lateness > 0,
        frame.history(),
        new Restart(startedAt, replayedTo, restore, running.shadow()));
  }

  /** Evaluates former ticks again where samples came late, as {@link #advance} does first. */
  public void correct() {
    var corrections = running.corrections();
    if (lateness > 0 && (running.horizon().hasLate() || corrections.isSuspicious())) {
      for (var group : corrections.run(surroundings(), out)) {
        out.evaluated(GroupReport.of(group));
      }
    }
  }

  /** How many evaluations of rules were done again because of late samples. */
  public long corrected() {
    return running.corrections().corrected();
  }

  /** How many times of samples were too late to correct anything. */
  public long tooLate() {
    return running.corrections().tooLate();
  }

  /** How many spans of samples the windows lack as the store could not read them. */
  public long unreadable() {
    return running.window().gaps().count();
  }

  /** Which way each rule is evaluated, by the keys of the groups, in order of the files. */
  public Map<String, List<RuleForm>> forms() {
    var forms = new LinkedHashMap<String, List<RuleForm>>();
    for (var group : running.groups()) {
      forms.put(
          group.definition().key(),
          group.rules().stream().map(rule -> rule.plan().form()).toList());
    }
    return forms;
  }

  /**
   * Puts other rules into force. Those that were there before, by file, group, name and labels,
   * keep their state; the series of those that are gone end, and their alerts in the audit trail.
   */
  public void replace(RuleSet next) {
    correct();
    var saved = running.savedGroups();
    long now = clock.millis();
    running = new RunningRules(next, saved, running, now, frame);
    RemovedAlerts.tell(saved, next, now, running.templates(), out);
    next.groups().forEach(group -> saved.remove(group.definition().key()));
    saved.values().forEach(this::end);
  }

  /**
   * Takes from the store what was given up on its way here. What the windows hold stays: points
   * that rules wrote may not have reached the store yet. Samples of the time of former ticks count
   * as late, as they would have on their way.
   */
  public void refill() {
    running.refill();
  }

  /** Ends the series of a group that is gone, at the tick that it would have had. */
  private void end(SavedGroup gone) {
    Set<Labels> series = new LinkedHashSet<>(gone.orphans());
    gone.rules().forEach(rule -> series.addAll(rule.outputs()));
    if (series.isEmpty()) {
      return;
    }
    long at = gone.nextSampleTime();
    var batch = SampleBatch.at(new Origin.Rules(gone.name()), at);
    for (var labels : series) {
      batch.series(labels).value(StaleMarker.VALUE);
    }
    var ended = batch.build();
    running.window().append(ended);
    out.samples(ended);
  }

  private void evict(long at) {
    if (at - EVICTION_MILLIS > evictedAt) {
      long oldest = running.oldestNeeded(at);
      running.window().evict(oldest - lateness);
      evictedAt = at;
      heard.forget(oldest);
      running.forgetOutage(oldest - lateness);
    }
  }
}
