package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.alert.AlertOutcome;
import io.narthex.operators.alert.AlertRuleState;
import io.narthex.operators.alert.ForStateRestore;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import io.narthex.query.promql.QueryValue;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Evaluates rules of a former tick again, as if its samples had been there in time. */
final class TickCorrection {
  private static final Logger LOG = LoggerFactory.getLogger(TickCorrection.class);

  private final GroupEvaluator group;
  private final PastTick past;
  private final @Nullable PastTick before;
  private final boolean newest;
  private final TickWriter writer;
  private final @Nullable ForStateRestore restore;

  /**
   * @param before the tick before it; null if that is not known any more
   * @param newest whether no tick came after it
   * @param restore where new alerts go on from; null if they begin
   */
  TickCorrection(
      GroupEvaluator group,
      PastTick past,
      @Nullable PastTick before,
      boolean newest,
      TickWriter writer,
      @Nullable ForStateRestore restore) {
    this.group = group;
    this.past = past;
    this.before = before;
    this.newest = newest;
    this.writer = writer;
    this.restore = restore;
  }

  /**
   * Evaluates a rule again and overwrites its points.
   *
   * @param follow set for the rule if its next tick is concerned as well
   */
  void correct(int rule, BitSet follow) {
    var progress = group.rules().get(rule);
    var was = past.outputs(rule);
    var previous = before == null ? Set.<Labels>of() : before.outputs(rule);
    var state = past.alerts(rule);
    Set<Labels> now = previous;
    try {
      if (progress.rule().alert() == null) {
        var result = progress.plan().evaluate(writer.at());
        var named = NamedResult.of(progress, result, group.definition().limit());
        if (named.error() == null) {
          now = named.distinct();
          rewrite(rule, named.series(), result);
        }
      } else {
        var outcome = evaluate(rule, progress, progress.rule().alert());
        state = outcome.state();
        if (outcome.error() == null) {
          now = rewrite(rule, outcome);
        }
      }
    } catch (FaultException e) {
      LOG.debug("rule {} fails again at {}", progress.rule().rule().name(), writer.at(), e);
    } catch (RuntimeException e) {
      LOG.error(
          "rule {} broke when it was corrected at {}",
          progress.rule().rule().name(),
          writer.at(),
          e);
      return;
    }
    // What was there and is not any more ends here, like what was there one tick before.
    blank(rule, was, now);
    blank(rule, previous, now);
    if (writer.isReplayed()) {
      blankStored(rule, now);
    }
    if (!now.equals(was) || !state.isSameButForValues(past.alerts(rule))) {
      follow.set(rule);
    }
    past.correct(rule, now, state);
    if (newest) {
      progress.outputs(now);
      settle(rule, progress);
    }
  }

  private AlertOutcome evaluate(int rule, RuleProgress progress, AlertEvaluator evaluator) {
    var earlier = before == null ? AlertRuleState.EMPTY : before.alerts(rule);
    return writer.evaluate(progress, evaluator, earlier, restore);
  }

  private void rewrite(int rule, List<Labels> series, List<QueryValue.Sample> result) {
    for (int i = 0; i < series.size(); i++) {
      if (mayWrite(rule, series.get(i))) {
        writer.write(series.get(i), result.get(i).value(), result.get(i).histogram());
      }
    }
  }

  private Set<Labels> rewrite(int rule, AlertOutcome outcome) {
    var now = new LinkedHashSet<Labels>();
    for (var point : outcome.series()) {
      if (mayWrite(rule, point.labels())) {
        writer.write(point.labels(), point.value(), null);
      }
      now.add(point.labels());
    }
    return now;
  }

  /** Ends what a run that crashed wrote; nothing if the store cannot tell. */
  private void blankStored(int rule, Set<Labels> now) {
    Set<Labels> stored;
    try {
      stored = writer.stored(group.rules().get(rule));
    } catch (FaultException e) {
      LOG.warn(
          "series that group {} wrote at {} before the start are not ended: {}",
          group.definition().key(),
          writer.at(),
          e.getMessage());
      return;
    }
    for (int other = 0; other < group.rules().size(); other++) {
      if (other != rule) {
        stored.removeAll(past.outputs(other)); // of a rule of the same name
      }
    }
    blank(rule, stored, now);
  }

  private void blank(int rule, Set<Labels> written, Set<Labels> now) {
    for (var series : written) {
      if (!now.contains(series) && mayWrite(rule, series)) {
        writer.end(series);
      }
    }
  }

  /** Of rules of one name the first that writes a series counts. */
  private boolean mayWrite(int rule, Labels series) {
    for (int earlier = 0; earlier < rule; earlier++) {
      if (group.hasNamesake(rule) && past.outputs(earlier).contains(series)) {
        return false;
      }
    }
    return true;
  }

  /** Brings a corrected state of alerts into force. */
  private void settle(int rule, RuleProgress progress) {
    var evaluator = progress.rule().alert();
    if (evaluator == null) {
      return;
    }
    AlertOutcome outcome = evaluator.correct(progress.alerts(), past.alerts(rule), writer.tick());
    progress.alerts(outcome.state());
    past.correct(rule, past.outputs(rule), outcome.state());
    writer.tell(evaluator, outcome);
  }
}
