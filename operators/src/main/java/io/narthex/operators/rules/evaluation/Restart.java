package io.narthex.operators.rules.evaluation;

import io.narthex.operators.alert.ForStateRestore;
import io.narthex.operators.rules.plan.RuleSet;
import org.jspecify.annotations.Nullable;

/**
 * What the start of an evaluator leaves to be cared for at the ticks after it.
 *
 * @param startedAt milliseconds
 * @param replayedTo up to here a run before this one may have written points that are not in the
 *     state, milliseconds
 * @param restore where alerts without a state go on from; null in a bounded run
 * @param shadow what is hidden from rules
 */
record Restart(
    long startedAt, long replayedTo, @Nullable ForStateRestore restore, OutageShadow shadow) {
  /** Targets are scraped once or twice by then, unless they have very long intervals. */
  private static final long RESTORE_MILLIS = 120_000;

  /** Whether a run that crashed may have written points of this time which are not in the state. */
  boolean isReplayed(long at) {
    return at < replayedTo;
  }

  /** How much of what a rule reads is seen at a tick whose samples are of a time. */
  Outage.Sight sight(RuleSet.Prepared rule, long at) {
    return shadow.of(rule, at);
  }

  /**
   * Where new alerts of a group that began after the start go on from at a tick; null if they
   * begin. Prometheus looks once, after the group's second evaluation.
   *
   * @param intervalMillis of the group
   */
  @Nullable ForStateRestore restoreAt(long tick, long intervalMillis) {
    return tick - startedAt <= Math.max(RESTORE_MILLIS, 2 * intervalMillis) ? restore : null;
  }
}
