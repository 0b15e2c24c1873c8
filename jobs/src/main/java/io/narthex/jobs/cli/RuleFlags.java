package io.narthex.jobs.cli;

import io.narthex.jobs.server.RuleOptions;
import java.util.List;
import picocli.CommandLine.Option;

/** The flags of {@code narthex server} about rules and alerts. */
final class RuleFlags {
  @Option(
      names = "--rules.alert.for-outage-tolerance",
      paramLabel = "DURATION",
      defaultValue = "1h",
      description =
          "Longest outage after which a pending alert goes on where it was (default: ${DEFAULT-VALUE}).")
  private String outageTolerance = "1h";

  @Option(
      names = "--rules.alert.for-grace-period",
      paramLabel = "DURATION",
      defaultValue = "10m",
      description =
          "Least time from an outage to the firing of an alert whose 'for' is longer (default: ${DEFAULT-VALUE}).")
  private String gracePeriod = "10m";

  @Option(
      names = "--rules.alert.resend-delay",
      paramLabel = "DURATION",
      defaultValue = "1m",
      description =
          "Least time between two notifications of an alert that stays as it is (default: ${DEFAULT-VALUE}).")
  private String resendDelay = "1m";

  @SuppressWarnings("UnusedVariable") // rules are evaluated in order by one thread
  @Option(
      names = "--rules.max-concurrent-evals",
      paramLabel = "N",
      defaultValue = "4",
      description = "Accepted for compatibility.")
  private int maxConcurrentEvals = 4;

  @Option(
      names = "--rules.max-wait",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description =
          "How long a tick waits for samples that are still on their way, such as those of a slow scrape (default:"
              + " ${DEFAULT-VALUE}).")
  private String maxWait = "10s";

  @Option(
      names = "--rules.allowed-lateness",
      paramLabel = "DURATION",
      defaultValue = "5m",
      description =
          "How late a sample may come and still correct the ticks that it touches (default: ${DEFAULT-VALUE}).")
  private String allowedLateness = "5m";

  @Option(
      names = "--rules.on-arrival",
      paramLabel = "GLOB",
      description =
          "Groups that are also evaluated when their samples arrive, by name; may be repeated.")
  private List<String> onArrival = List.of();

  @Option(
      names = "--rules.backfill",
      paramLabel = "DURATION",
      defaultValue = "0s",
      description =
          "How far back rules that are new or changed get a history from what is stored (default: ${DEFAULT-VALUE}, none).")
  private String backfill = "0s";

  @Option(
      names = "--alertmanager.notification-queue-capacity",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Most alerts that wait for an Alertmanager (default: ${DEFAULT-VALUE}).")
  private int queueCapacity = 10_000;

  @Option(
      names = "--alertmanager.notification-batch-size",
      paramLabel = "N",
      defaultValue = "256",
      description = "Most alerts in a request to an Alertmanager (default: ${DEFAULT-VALUE}).")
  private int batchSize = 256;

  @Option(
      names = "--alertmanager.drain-notification-queue-on-shutdown",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Send what is queued before the server ends (default: ${DEFAULT-VALUE}).")
  private boolean drain = true;

  RuleOptions options() {
    return new RuleOptions(
        outageTolerance,
        gracePeriod,
        resendDelay,
        maxWait,
        allowedLateness,
        onArrival,
        backfill,
        queueCapacity,
        batchSize,
        drain);
  }
}
