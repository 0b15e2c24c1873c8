package io.narthex.jobs.server;

import io.narthex.pipeline.config.PrometheusDuration;
import io.narthex.pipeline.config.rules.RuleGroup;
import io.narthex.sinks.alertmanager.SenderOptions;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * How rules are evaluated and alerts are sent.
 *
 * @param evaluation how rules are evaluated
 * @param resendDelay between two notifications of an alert that stays as it is
 * @param maxWait how long a tick waits for samples that are still on their way
 * @param backfill how far back rules that are new or changed get a history; zero is none
 */
record RuleSettings(
    io.narthex.operators.rules.evaluation.RuleOptions evaluation,
    Duration resendDelay,
    Duration maxWait,
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
    var evaluation =
        new io.narthex.operators.rules.evaluation.RuleOptions(
            true,
            duration("--rules.allowed-lateness", options.allowedLateness()),
            onArrival(options.onArrival()),
            duration("--rules.alert.for-outage-tolerance", options.outageTolerance()),
            duration("--rules.alert.for-grace-period", options.gracePeriod()));
    return new RuleSettings(
        evaluation,
        duration("--rules.alert.resend-delay", options.resendDelay()),
        duration("--rules.max-wait", options.maxWait()),
        duration("--rules.backfill", options.backfill()),
        options.drain() ? sender : sender.withDrain(Duration.ZERO));
  }

  /** Groups whose names fit one of the globs, in which * and ? stand for what they usually do. */
  private static Predicate<RuleGroup> onArrival(List<String> globs) {
    var patterns = globs.stream().map(RuleSettings::pattern).toList();
    return group -> patterns.stream().anyMatch(pattern -> pattern.matcher(group.name()).matches());
  }

  private static Pattern pattern(String glob) {
    var regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> regex.append(".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
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
