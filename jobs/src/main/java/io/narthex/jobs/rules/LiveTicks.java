package io.narthex.jobs.rules;

import io.narthex.pipeline.config.rules.AlertingRule;
import io.narthex.pipeline.config.rules.Rule;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.pipeline.status.RuleGroupStatus;
import io.narthex.pipeline.status.RuleStatus;
import io.narthex.query.promql.parse.ParseOptions;
import io.narthex.query.promql.parse.PromqlParser;
import io.narthex.query.promql.print.ExprPrinter;
import java.time.Duration;

/** Reads from the status of a group when the stream evaluated certain rules of it. */
final class LiveTicks {
  private LiveTicks() {}

  /**
   * The newest tick at which all these rules were evaluated; 0 if some were not, or if the status
   * is still of rules that were in force before.
   */
  static long newest(RuleGroup group, RuleGroupStatus status) {
    if (seconds(group.interval()) != status.intervalSeconds()) {
      return 0;
    }
    long newest = Long.MAX_VALUE;
    for (Rule rule : group.rules()) {
      long tick = 0;
      for (RuleStatus candidate : status.rules()) {
        if (tick == 0 && isOf(group, rule, candidate)) {
          tick = candidate.lastEvaluation();
        }
      }
      newest = Math.min(newest, tick);
    }
    return newest == Long.MAX_VALUE ? 0 : newest;
  }

  private static boolean isOf(RuleGroup group, Rule rule, RuleStatus status) {
    if (!rule.name().equals(status.name()) || !group.labelsOf(rule).equals(status.labels())) {
      return false;
    }
    var alerting = status.alerting();
    boolean sameKind =
        rule instanceof AlertingRule alert
            ? alerting != null
                && alerting.holdSeconds() == seconds(alert.holdFor())
                && alerting.keepFiringSeconds() == seconds(alert.keepFiringFor())
            : alerting == null;
    // The rule is in force, so the whole language may be read.
    return sameKind
        && ExprPrinter.print(PromqlParser.parse(rule.expression(), ParseOptions.ALL))
            .equals(status.query());
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}
