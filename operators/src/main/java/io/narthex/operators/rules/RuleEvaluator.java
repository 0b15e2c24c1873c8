package io.narthex.operators.rules;

import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.alert.ForStateRestore;
import io.narthex.pipeline.fault.Fault;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.storage.SampleStore;
import io.narthex.query.promql.QueryRequest;
import io.narthex.query.promql.QueryValue;
import io.narthex.query.promql.exec.VectorizedQueryEngine;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates rules on the stream: takes samples as they come, and when all samples up to a time are
 * there evaluates the ticks up to it, in order of time, and groups that fall together in the order
 * of the {@link ShardPlan}. Confined to one thread.
 *
 * <p>Ticks that lie before the start of this evaluator are caught up; those of a silence, in which
 * no sample came for a minute and longer than the group's interval, are left out, as nothing is
 * known of that time.
 */
public final class RuleEvaluator {
  private static final long SILENCE_MILLIS = 60_000;
  private static final long HEARD_MILLIS = 5_000;
  private static final long EVICTION_MILLIS = 30_000;

  private final SampleStore history;
  private final Clock clock;
  private final RuleOutput out;
  private final long startedAt;
  private final long filledTo;

  /** Up to here a run before this one may have written points that it did not keep in its state. */
  private final long replayedTo;

  private final TreeSet<Long> heard = new TreeSet<>();
  private RuleSet rules;
  private WindowStore window;
  private List<GroupEvaluator> groups = new ArrayList<>();
  private VectorizedQueryEngine historyEngine;
  private final RuleOptions options;
  private long advancedTo = Long.MIN_VALUE;
  private long evictedAt = Long.MIN_VALUE;
  private final long lateness;
  private Horizon horizon = new Horizon();
  private Corrections corrections;

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
    this(
        rules,
        options,
        RuleSnapshot.State.NONE,
        history,
        clock.millis(),
        Long.MAX_VALUE,
        clock,
        out);
    restoreAlerts();
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
        RuleSnapshot.State.NONE,
        history,
        from,
        from - 1,
        clock,
        out);
  }

  private RuleEvaluator(
      RuleSet rules,
      RuleOptions options,
      RuleSnapshot.State saved,
      SampleStore history,
      long begin,
      long filledTo,
      Clock clock,
      RuleOutput out) {
    this.history = history;
    this.options = options;
    this.clock = clock;
    this.out = out;
    this.filledTo = filledTo;
    startedAt = begin;
    this.rules = rules;
    lateness = options.allowedLateness().toMillis();
    window = new WindowStore(rules.interests(), horizon);
    historyEngine = new VectorizedQueryEngine(history, rules.engine());
    replayedTo = saved.groups().isEmpty() ? Long.MIN_VALUE : startedAt;
    install(rules, saved.groups(), startedAt);
    RemovedAlerts.tell(saved.groups(), rules, startedAt, templates(), out);
    corrections = new Corrections(groups, window, horizon, lateness);
    suspect(saved.seen());
  }

  /**
   * An evaluator that goes on from a snapshot. Groups and rules are found by their names and
   * labels; those that are new begin anew.
   *
   * @throws java.io.UncheckedIOException if the bytes are no snapshot
   */
  public static RuleEvaluator restore(
      byte[] snapshot, RuleSet rules, SampleStore history, Clock clock, RuleOutput out) {
    return restore(snapshot, rules, RuleOptions.DEFAULTS, history, clock, out);
  }

  /** An evaluator with other options that goes on from a snapshot. */
  public static RuleEvaluator restore(
      byte[] snapshot,
      RuleSet rules,
      RuleOptions options,
      SampleStore history,
      Clock clock,
      RuleOutput out) {
    return new RuleEvaluator(
        rules,
        options,
        RuleSnapshot.read(snapshot),
        history,
        clock.millis(),
        Long.MAX_VALUE,
        clock,
        out);
  }

  /** The state of all rules; windows are not in it, they are filled from the store. */
  public byte[] snapshot() {
    return RuleSnapshot.write(groups, seen());
  }

  /** The rules in force. */
  public RuleSet rules() {
    return rules;
  }

  /**
   * Takes from the store what rules read and do not write themselves, for a bounded run.
   *
   * @param from first millisecond
   * @param to the millisecond after the last
   */
  void load(long from, long to) {
    Set<String> own = new HashSet<>();
    rules.groups().forEach(group -> group.rules().forEach(rule -> own.addAll(outputs(rule))));
    window.load(history, from, to - 1, labels -> !own.contains(labels.metricName()));
  }

  /** Rules whose last evaluation failed, and why. */
  List<String> errors() {
    var errors = new ArrayList<String>();
    for (var group : groups) {
      for (var rule : group.rules()) {
        if (rule.lastError() != null) {
          errors.add(
              group.definition().name()
                  + ": "
                  + rule.rule().rule().name()
                  + ": "
                  + rule.lastError());
        }
      }
    }
    return errors;
  }

  /** The names of the metrics that a rule writes. */
  static List<String> outputs(RuleSet.Prepared rule) {
    return rule.alert() == null
        ? List.of(rule.rule().name())
        : List.of(AlertEvaluator.ALERTS, AlertEvaluator.ALERTS_FOR_STATE);
  }

  /** How all groups stand, in order of evaluation. */
  public List<RuleGroupStatus> report() {
    return groups.stream().map(GroupReport::of).toList();
  }

  /** The groups in order of evaluation. */
  List<GroupEvaluator> groups() {
    return groups;
  }

  /** Takes samples. */
  public void accept(SampleBatch batch) {
    if (batch.rowCount() == 0) {
      return;
    }
    long time = batch.maxTimestamp();
    if (time < startedAt) {
      heard.add(Math.floorDiv(time, HEARD_MILLIS));
    }
    window.append(batch);
  }

  /**
   * Evaluates all ticks whose samples are of this time or earlier. Before that, ticks that were
   * evaluated already are evaluated again where samples came late, within the allowed lateness:
   * their points are written once more, and alerts become what they would have been.
   */
  public void advance(long time) {
    correct();
    if (time <= advancedTo) {
      return;
    }
    advancedTo = time;
    for (var next = due(time); next != null; next = due(time)) {
      if (next.nextTick() < startedAt && isSilent(next)) {
        next.skip();
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
    for (var group : groups) {
      if (options.onArrival().test(group.definition())) {
        long at = Math.min(now, group.newestSample(window));
        while (group.nextSampleTime() <= at) {
          evaluate(group);
        }
        if (at > group.lastSampleTime() && group.lastTick() != 0) {
          evict(at);
          horizon.begin(at);
          group.arrive(at, surroundings(), out);
          horizon.end(at);
          out.evaluated(GroupReport.of(group));
        }
      }
    }
    correct();
  }

  private void evaluate(GroupEvaluator group) {
    long at = group.nextSampleTime();
    evict(at);
    horizon.begin(at);
    group.evaluate(surroundings(), out);
    horizon.end(at);
    group.forget(horizon.evaluatedTo() - lateness);
    out.evaluated(GroupReport.of(group));
  }

  private GroupEvaluator.Surroundings surroundings() {
    return new GroupEvaluator.Surroundings(
        window, templates(), clock.millis(), lateness > 0, history, replayedTo);
  }

  private void correct() {
    if (lateness > 0 && (horizon.hasLate() || corrections.isSuspicious())) {
      for (var group : corrections.run(surroundings(), out)) {
        out.evaluated(GroupReport.of(group));
      }
    }
  }

  /** How many evaluations of rules were done again because of late samples. */
  public long corrected() {
    return corrections.corrected();
  }

  /** How many times of samples were too late to correct anything. */
  public long tooLate() {
    return corrections.tooLate();
  }

  /** Which way each rule is evaluated, by the keys of the groups, in order of the files. */
  public Map<String, List<RuleForm>> forms() {
    var forms = new LinkedHashMap<String, List<RuleForm>>();
    for (var group : groups) {
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
    var saved = new HashMap<String, RuleSnapshot.Group>();
    for (var group : groups) {
      saved.put(group.definition().key(), RuleSnapshot.Group.of(group));
    }
    long now = clock.millis();
    var before = window;
    rules = next;
    horizon = new Horizon();
    window = new WindowStore(next.interests(), horizon);
    window.fill(before);
    historyEngine = new VectorizedQueryEngine(history, next.engine());
    install(next, saved, now);
    RemovedAlerts.tell(saved, next, now, templates(), out);
    corrections = new Corrections(groups, window, horizon, lateness);
    next.groups().forEach(group -> saved.remove(group.definition().key()));
    saved.forEach(this::end);
  }

  /** Which samples the ticks that may be corrected were computed from. */
  private RuleSnapshot.Seen seen() {
    if (lateness == 0 || horizon.evaluatedTo() == Long.MIN_VALUE) {
      return RuleSnapshot.Seen.NONE;
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
    return new RuleSnapshot.Seen(to - lateness, to, rows);
  }

  /** Has ticks evaluated again of whose time the store holds other samples than were seen. */
  private void suspect(RuleSnapshot.Seen seen) {
    for (var selection : window.selections()) {
      Long rows = seen.rows().get(selection.matchers().toString());
      if (rows != null && rows != selection.rows(seen.from(), seen.to())) {
        corrections.suspect(selection, seen.from(), seen.to());
      }
    }
  }

  /** Without a state, alerts go on from the series that were written of them. */
  private void restoreAlerts() {
    long from = startedAt - options.outageTolerance().toMillis();
    var restore =
        ForStateRestore.of(options.gracePeriod(), new WrittenAlerts(history, from, startedAt));
    for (var group : groups) {
      group.rules().forEach(rule -> rule.restoreFrom(restore));
    }
  }

  private void install(RuleSet next, Map<String, RuleSnapshot.Group> saved, long now) {
    var installed = new ArrayList<GroupEvaluator>();
    long seen = Long.MIN_VALUE;
    var planner = new RulePlanner(window, history, next.engine(), options.incremental());
    for (var prepared : next.groups()) {
      // A bounded run begins with the samples, one of the stream with the clock.
      long first = filledTo < Long.MAX_VALUE ? startedAt - 1 + prepared.queryOffsetMillis() : now;
      var group = new GroupEvaluator(prepared, planner, prepared.schedule().after(first));
      var state = saved.get(prepared.definition().key());
      if (state != null) {
        // The interval may be another one now.
        long tick = prepared.schedule().after(state.nextTick() - 1);
        group.resume(tick, state);
        if (lateness == 0) {
          group.forget(Long.MAX_VALUE);
        }
        seen = Math.max(seen, group.lastSampleTime());
      }
      installed.add(group);
    }
    groups = installed;
    fill(now, seen);
    horizon.end(seen); // only now, as what fills the window is not late
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
    var firstWrites = new HashMap<String, Long>();
    long earliest = latest;
    for (var group : groups) {
      long next = group.nextSampleTime();
      earliest = Math.min(earliest, next);
      for (var rule : group.rules()) {
        outputs(rule.rule()).forEach(name -> firstWrites.merge(name, next, Math::min));
      }
    }
    // What rules wrote at ticks that come again is not to be seen before they do.
    window.fill(
        history,
        Math.min(earliest, seen == Long.MIN_VALUE ? earliest : seen - lateness),
        labels ->
            Math.min(filledTo, firstWrites.getOrDefault(labels.metricName(), Long.MAX_VALUE) - 1));
    if (earliest < startedAt) {
      window.eachTime(
          time -> {
            if (time < startedAt) {
              heard.add(Math.floorDiv(time, HEARD_MILLIS));
            }
          },
          earliest - SILENCE_MILLIS);
    }
  }

  /** Ends the series of a group that is gone, at the tick that it would have had. */
  private void end(String key, RuleSnapshot.Group gone) {
    Set<Labels> series = new LinkedHashSet<>(gone.orphans());
    gone.rules().values().forEach(rule -> series.addAll(rule.outputs()));
    if (series.isEmpty()) {
      return;
    }
    long at = gone.nextSampleTime();
    var batch = SampleBatch.at(new Origin.Rules(gone.name()), at);
    for (var labels : series) {
      batch.series(labels).value(StaleMarker.VALUE);
    }
    var ended = batch.build();
    window.append(ended);
    out.samples(ended);
  }

  private @Nullable GroupEvaluator due(long time) {
    GroupEvaluator first = null;
    for (var group : groups) {
      if (group.nextSampleTime() <= time
          && (first == null || group.nextSampleTime() < first.nextSampleTime())) {
        first = group;
      }
    }
    return first;
  }

  private boolean isSilent(GroupEvaluator group) {
    long silence = Math.max(SILENCE_MILLIS, group.definition().interval().toMillis());
    long at = group.nextSampleTime();
    Long last = heard.floor(Math.floorDiv(at, HEARD_MILLIS));
    return last == null || (last + 1) * HEARD_MILLIS < at - silence;
  }

  private void evict(long at) {
    if (at - EVICTION_MILLIS > evictedAt) {
      long oldest = at;
      for (var group : groups) {
        oldest = Math.min(oldest, group.nextSampleTime());
      }
      if (horizon.evaluatedTo() != Long.MIN_VALUE) {
        oldest = Math.min(oldest, horizon.evaluatedTo());
      }
      window.evict(oldest - lateness);
      evictedAt = at;
      heard.headSet(Math.floorDiv(oldest - 2 * SILENCE_MILLIS, HEARD_MILLIS)).clear();
    }
  }

  private AlertTemplate.Query templates() {
    return (query, time) -> {
      var value = historyEngine.query(QueryRequest.instant(query, time)).value();
      if (value instanceof QueryValue.Vector vector) {
        return vector.samples();
      }
      if (value instanceof QueryValue.Scalar scalar) {
        return List.of(new QueryValue.Sample(Labels.EMPTY, time, scalar.value(), null));
      }
      throw new FaultException(Fault.EXECUTION, "query result is not a vector or scalar");
    };
  }
}
