package io.narthex.operators.rules.evaluation;

import io.narthex.pipeline.config.rules.RuleGroup;
import java.time.Duration;
import java.util.function.Predicate;

/**
 * How rules are evaluated.
 *
 * @param incremental whether parts of expressions are kept from tick to tick; otherwise each
 *     evaluation is a plain query, with the same results
 * @param allowedLateness how late a sample may come, against the newest tick, and still correct the
 *     ticks that it touches; zero corrects nothing
 * @param onArrival the groups that are evaluated when their samples come as well, not at ticks
 *     alone
 * @param outageTolerance {@code --rules.alert.for-outage-tolerance}: how old the series of an alert
 *     may be that it goes on from after its state was lost
 * @param gracePeriod {@code --rules.alert.for-grace-period}
 */
public record RuleOptions(
    boolean incremental,
    Duration allowedLateness,
    Predicate<RuleGroup> onArrival,
    Duration outageTolerance,
    Duration gracePeriod) {
  /** What holds where nothing is configured. */
  public static final RuleOptions DEFAULTS =
      new RuleOptions(
          true, Duration.ofMinutes(5), group -> false, Duration.ofHours(1), Duration.ofMinutes(10));

  /** The same with or without incremental evaluation. */
  public RuleOptions withIncremental(boolean kept) {
    return new RuleOptions(kept, allowedLateness, onArrival, outageTolerance, gracePeriod);
  }

  /** The same with another lateness. */
  public RuleOptions withLateness(Duration lateness) {
    return new RuleOptions(incremental, lateness, onArrival, outageTolerance, gracePeriod);
  }

  /** The same with other groups that are evaluated on arrival. */
  public RuleOptions withOnArrival(Predicate<RuleGroup> groups) {
    return new RuleOptions(incremental, allowedLateness, groups, outageTolerance, gracePeriod);
  }
}
