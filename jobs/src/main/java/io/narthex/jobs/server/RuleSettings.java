package io.narthex.jobs.server;

import io.narthex.pipeline.config.PrometheusDuration;
import io.narthex.sinks.alertmanager.SenderOptions;
import java.time.Duration;
import java.util.List;

/**
 * How rules are evaluated and alerts are sent.
 *
 * @param outageTolerance age up to which the series of an alert tell since when it was pending
 * @param gracePeriod least time from a restart to the firing of a restored alert
 * @param resendDelay between two notifications of an alert that stays as it is
 * @param maxWait how long a tick waits for samples that are still on their way
 * @param onArrival patterns of the names of groups that are evaluated on arrival
 * @param backfill how far back rules that are new or changed get a history; zero is none
 */
record RuleSettings(
    Duration outageTolerance,
    Duration gracePeriod,
    Duration resendDelay,
    Duration maxWait,
    List<String> onArrival,
    Duration backfill,
    SenderOptions sender) {

  /**
   * Checks the flags.
   *
   * @throws StartupException that names the flag and what would be right
   */
  static RuleSettings of(RuleOptions options) {
    var sender = SenderOptions.DEFAULT;
    try {
      sender = sender.withQueue(options.queueCapacity(), options.batchSize());
    } catch (IllegalArgumentException e) {
      throw misused("--alertmanager.notification-*", e);
    }
    return new RuleSettings(
        duration("--rules.alert.for-outage-tolerance", options.outageTolerance()),
        duration("--rules.alert.for-grace-period", options.gracePeriod()),
        duration("--rules.alert.resend-delay", options.resendDelay()),
        duration("--rules.max-wait", options.maxWait()),
        options.onArrival(),
        duration("--rules.backfill", options.backfill()),
        options.drain() ? sender : sender.withDrain(Duration.ZERO));
  }

  private static Duration duration(String flag, String text) {
    try {
      return PrometheusDuration.parse(text);
    } catch (IllegalArgumentException e) {
      throw misused(flag, e);
    }
  }

  private static StartupException misused(String flag, IllegalArgumentException e) {
    return new StartupException(
        StartupException.MISUSED, "narthex: " + flag + ": " + e.getMessage());
  }
}
