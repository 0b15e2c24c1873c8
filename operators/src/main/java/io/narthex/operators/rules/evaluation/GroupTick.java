package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertEvaluator;
import io.narthex.operators.alert.AlertOutcome;
import io.narthex.operators.alert.ForStateRestore;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.fault.FaultException;
import io.narthex.pipeline.model.Labels;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One evaluation of a group: its rules in order, and the ends of series that are gone. */
final class GroupTick {
  private static final Logger LOG = LoggerFactory.getLogger(GroupTick.class);

  private final RuleGroup group;
  private final long time;
  private final TickWriter writer;
  private final @Nullable ForStateRestore restore;

  /**
   * @param time the tick
   * @param restore where new alerts go on from; null if they begin
   */
  GroupTick(RuleGroup group, long time, TickWriter writer, @Nullable ForStateRestore restore) {
    this.group = group;
    this.time = time;
    this.writer = writer;
    this.restore = restore;
  }

  void evaluate(RuleProgress progress) {
    long begin = System.nanoTime();
    String error;
    try {
      var alert = progress.rule().alert();
      error = alert == null ? record(progress) : alert(progress, alert);
    } catch (FaultException e) {
      error = e.getMessage();
    } catch (RuntimeException e) {
      // A fault of ours in one rule; the others of the group are evaluated all the same.
      LOG.error(
          "rule {} of group {} broke at {}",
          progress.rule().rule().name(),
          group.key(),
          writer.at(),
          e);
      error = "internal error: " + e;
    }
    if (error != null && progress.lastError() == null) {
      LOG.warn("rule {} of group {} fails: {}", progress.rule().rule().name(), group.key(), error);
    }
    progress.evaluated(time, System.nanoTime() - begin, error);
  }

  /**
   * Ends the series of rules that are gone and hands on what was written.
   *
   * @param orphans those series
   */
  void end(List<RuleProgress> rules, Set<Labels> orphans) {
    orphans.forEach(writer::end);
    if (writer.isReplayed()) {
      endStored(rules);
    }
    writer.hand();
  }

  /**
   * Ends what a run that crashed wrote, but for what may be of a rule that failed now; nothing if
   * the store cannot tell.
   */
  private void endStored(List<RuleProgress> rules) {
    try {
      endFound(rules);
    } catch (FaultException e) {
      LOG.warn(
          "series that group {} wrote at {} before the start are not ended: {}",
          group.key(),
          writer.at(),
          e.getMessage());
    }
  }

  private void endFound(List<RuleProgress> rules) {
    var kept = new HashSet<Labels>();
    for (var progress : rules) {
      if (progress.lastError() != null) {
        kept.addAll(writer.stored(progress));
      }
    }
    for (var progress : rules) {
      if (progress.lastError() == null) {
        for (var series : writer.stored(progress)) {
          if (!kept.contains(series)) {
            writer.end(series);
          }
        }
      }
    }
  }

  private @Nullable String record(RuleProgress progress) {
    var result = progress.plan().evaluate(writer.at());
    var named = NamedResult.of(progress, result, group.limit());
    if (named.error() != null) {
      return named.error();
    }
    for (int i = 0; i < result.size(); i++) {
      writer.write(named.series().get(i), result.get(i).value(), result.get(i).histogram());
    }
    vanished(progress, named.distinct());
    return null;
  }

  private @Nullable String alert(RuleProgress progress, AlertEvaluator evaluator) {
    AlertOutcome outcome = writer.evaluate(progress, evaluator, progress.alerts(), restore);
    progress.alerts(outcome.state());
    writer.tell(evaluator, outcome);
    if (outcome.error() != null) {
      return outcome.error();
    }
    var series = new LinkedHashSet<Labels>();
    for (var point : outcome.series()) {
      writer.write(point.labels(), point.value(), null);
      series.add(point.labels());
    }
    vanished(progress, series);
    return null;
  }

  private void vanished(RuleProgress progress, Set<Labels> now) {
    for (var before : progress.outputs()) {
      if (!now.contains(before)) {
        writer.end(before);
      }
    }
    progress.outputs(now.equals(progress.outputs()) ? progress.outputs() : now);
  }
}
