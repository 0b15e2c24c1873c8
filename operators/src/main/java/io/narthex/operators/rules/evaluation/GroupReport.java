package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.AlertRuleState;
import io.narthex.operators.rules.incremental.RuleForm;
import io.narthex.operators.rules.plan.RuleSet;
import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.RuleStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells how groups stand, as the HTTP API shows it. */
public final class GroupReport {
  private static final double NANOS = 1e9;

  /** Of rules that no evaluator has yet. */
  private static final RuleStatus.Evaluation UNPLANNED =
      new RuleStatus.Evaluation(
          "unplanned", List.of(), "its window is filled from the store first", 0);

  private GroupReport() {}

  /**
   * Groups that come into force and are not evaluated yet: their health is unknown, but for rules
   * that were there before, which stand as they stood.
   *
   * @param before the groups in force so far
   */
  public static List<RuleGroupStatus> configured(RuleSet rules, List<RuleGroupStatus> before) {
    var known = new HashMap<String, RuleGroupStatus>();
    before.forEach(group -> known.put(group.key(), group));
    return rules.groups().stream()
        .map(group -> configured(group, known.get(group.definition().key())))
        .toList();
  }

  private static RuleGroupStatus configured(RuleSet.Group group, @Nullable RuleGroupStatus before) {
    var left = new ArrayList<RuleStatus>();
    if (before != null) {
      left.addAll(before.rules());
    }
    var rules = new ArrayList<RuleStatus>(group.rules().size());
    for (var rule : group.rules()) {
      var fresh = status(rule, AlertRuleState.EMPTY, new Outcome(null, 0, 0), UNPLANNED);
      int same = 0;
      while (same < left.size() && !isSame(left.get(same), fresh)) {
        same++;
      }
      rules.add(same < left.size() ? left.remove(same) : fresh);
    }
    var definition = group.definition();
    return new RuleGroupStatus(
        definition.name(),
        definition.file(),
        seconds(definition.interval()),
        definition.limit(),
        rules,
        before == null ? 0 : before.lastDurationSeconds(),
        before == null ? 0 : before.lastEvaluation(),
        before == null ? 0 : before.lastSamples());
  }

  /** Whether what is known of a rule holds for another one: they are alike in all they say. */
  private static boolean isSame(RuleStatus known, RuleStatus fresh) {
    var was = known.alerting();
    var is = fresh.alerting();
    return known.name().equals(fresh.name())
        && known.query().equals(fresh.query())
        && known.labels().equals(fresh.labels())
        && (was == null
            ? is == null
            : is != null
                && was.annotations().equals(is.annotations())
                && was.holdSeconds() == is.holdSeconds()
                && was.keepFiringSeconds() == is.keepFiringSeconds());
  }

  static RuleGroupStatus of(GroupEvaluator group) {
    var rules = new ArrayList<RuleStatus>(group.rules().size());
    int samples = 0;
    for (var progress : group.rules()) {
      rules.add(of(progress));
      samples += progress.outputs().size();
    }
    var definition = group.definition();
    return new RuleGroupStatus(
        definition.name(),
        definition.file(),
        seconds(definition.interval()),
        definition.limit(),
        rules,
        group.durationNanos() / NANOS,
        group.lastTick(),
        samples);
  }

  private static RuleStatus of(RuleProgress progress) {
    var outcome =
        new Outcome(progress.trouble(), progress.durationNanos() / NANOS, progress.lastTick());
    return status(progress.rule(), progress.alerts(), outcome, evaluation(progress.plan().form()));
  }

  /** How the newest evaluation went; all of it is 0 or null if there was none. */
  private record Outcome(@Nullable String error, double seconds, long tick) {}

  private static RuleStatus status(
      RuleSet.Prepared prepared,
      AlertRuleState alerts,
      Outcome outcome,
      RuleStatus.Evaluation evaluation) {
    RuleStatus.Alerting alerting = null;
    if (prepared.rule() instanceof AlertingRule rule) {
      alerting =
          new RuleStatus.Alerting(
              seconds(rule.holdFor()),
              seconds(rule.keepFiringFor()),
              rule.annotations(),
              alerts.severest(),
              alerts::active); // immutable: what is shown is that of this tick
    }
    return new RuleStatus(
        prepared.rule().name(),
        prepared.text(),
        prepared.labels(),
        outcome.error(),
        outcome.seconds(),
        outcome.tick(),
        evaluation,
        alerting);
  }

  private static RuleStatus.Evaluation evaluation(RuleForm form) {
    return new RuleStatus.Evaluation(
        form.way().name().toLowerCase(Locale.ROOT),
        form.shared(),
        form.reason(),
        form.plainTicks());
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
