package io.narthex.operators.rules.evaluation;

import io.narthex.operators.rules.incremental.RuleForm;
import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.RuleStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;

/** Tells how a group stands, as the HTTP API shows it. */
final class GroupReport {
  private static final double NANOS = 1e9;

  private GroupReport() {}

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
    var prepared = progress.rule();
    RuleStatus.Alerting alerting = null;
    if (prepared.rule() instanceof AlertingRule rule) {
      var state = progress.alerts(); // immutable: what is shown is that of this tick
      alerting =
          new RuleStatus.Alerting(
              seconds(rule.holdFor()),
              seconds(rule.keepFiringFor()),
              rule.annotations(),
              state.severest(),
              state::active);
    }
    return new RuleStatus(
        prepared.rule().name(),
        prepared.text(),
        prepared.labels(),
        progress.lastError(),
        progress.durationNanos() / NANOS,
        progress.lastTick(),
        evaluation(progress.plan().form()),
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
