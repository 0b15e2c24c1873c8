package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AfterStart;
import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.alert.AlertOutcome;
import io.narthex.operators.alert.AlertRuleState;
import io.narthex.operators.alert.AlertTick;
import io.narthex.operators.alert.ForStateRestore;
import io.narthex.pipeline.alert.AlertBatch;
import io.narthex.pipeline.model.FloatHistogram;
import io.narthex.pipeline.model.Labels;
import io.narthex.pipeline.model.Origin;
import io.narthex.pipeline.model.SampleBatch;
import io.narthex.pipeline.model.SampleBatchBuilder;
import io.narthex.pipeline.model.StaleMarker;
import io.narthex.pipeline.storage.SampleBuffer;
import io.narthex.pipeline.storage.SampleStore;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes what one tick of one group writes: into the window at once, to the output as one batch. */
final class TickWriter {
  private final Surroundings in;
  private final long time;
  private final long at;
  private final RuleOutput out;
  private final SampleBatchBuilder batch;
  private final Set<Labels> written = new HashSet<>();

  /**
   * @param group its name
   * @param time the tick
   * @param at time of its samples
   */
  TickWriter(String group, long time, long at, Surroundings in, RuleOutput out) {
    this.in = in;
    this.time = time;
    this.at = at;
    this.out = out;
    batch = SampleBatch.at(new Origin.Rules(group), at);
  }

  /** Time of the tick's samples. */
  long at() {
    return at;
  }

  AlertTick tick() {
    return new AlertTick(time, at, in.now(), in.templates());
  }

  /** Whether a run that crashed may have written points of this tick which are not in the state. */
  boolean isReplayed() {
    return in.restart().isReplayed(at);
  }

  /**
   * What follows from the rule's result for its alerts; they stay as they are at a tick of which
   * nothing can be known.
   *
   * @param restore where new alerts go on from; null if they begin
   */
  AlertOutcome evaluate(
      RuleProgress progress,
      AlertEvaluator evaluator,
      AlertRuleState before,
      @Nullable ForStateRestore restore) {
    var sight = in.restart().sight(progress.rule(), at);
    if (sight == Outage.Sight.BLIND) {
      return evaluator.hold(before, tick());
    }
    var known = new AfterStart(restore, sight == Outage.Sight.PARTIAL);
    return evaluator.evaluate(before, tick(), progress.plan().evaluate(at), known);
  }

  /** Writes a point. The first sample of a series at a tick counts, as everywhere. */
  void write(Labels labels, double value, @Nullable FloatHistogram histogram) {
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

  /** Ends a series. */
  void end(Labels labels) {
    write(labels, StaleMarker.VALUE, null);
  }

  void tell(AlertEvaluator evaluator, AlertOutcome outcome) {
    if (!outcome.transitions().isEmpty() || !outcome.notifications().isEmpty()) {
      out.alerts(
          new AlertBatch(evaluator.rule().id(), outcome.transitions(), outcome.notifications()));
    }
  }

  /** Hands on what was written. */
  void hand() {
    if (batch.rowCount() > 0) {
      out.samples(batch.build());
    }
  }

  /** What a run that crashed after its last snapshot may have written of a rule at this tick. */
  Set<Labels> stored(RuleProgress progress) {
    var found = new LinkedHashSet<Labels>();
    var rule = progress.rule();
    var buffer = new SampleBuffer();
    for (String name : rule.outputNames()) {
      var matchers = rule.outputsOf(name);
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
}
