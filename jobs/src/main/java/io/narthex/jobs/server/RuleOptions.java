package io.narthex.jobs.server;

import java.util.List;

/**
 * The flags of {@code narthex server} about rules and alerts, as they were given.
 *
 * @param outageTolerance {@code --rules.alert.for-outage-tolerance}
 * @param gracePeriod {@code --rules.alert.for-grace-period}
 * @param resendDelay {@code --rules.alert.resend-delay}
 * @param maxWait {@code --rules.max-wait}
 * @param allowedLateness {@code --rules.allowed-lateness}
 * @param onArrival {@code --rules.on-arrival}, patterns of group names
 * @param backfill {@code --rules.backfill}
 * @param queueCapacity {@code --alertmanager.notification-queue-capacity}
 * @param batchSize {@code --alertmanager.notification-batch-size}
 * @param drain {@code --alertmanager.drain-notification-queue-on-shutdown}
 */
public record RuleOptions(
    String outageTolerance,
    String gracePeriod,
    String resendDelay,
    String maxWait,
    String allowedLateness,
    List<String> onArrival,
    String backfill,
    int queueCapacity,
    int batchSize,
    boolean drain) {

  public static final RuleOptions DEFAULT =
      new RuleOptions("1h", "10m", "1m", "10s", "5m", List.of(), "0s", 10_000, 256, true);

  public RuleOptions {
    onArrival = List.copyOf(onArrival);
  }
}
