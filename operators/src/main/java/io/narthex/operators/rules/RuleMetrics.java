package io.narthex.operators.rules;

import io.narthex.pipeline.status.RuleGroupStatus;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/** What is counted of rules, under Prometheus' names. */
public final class RuleMetrics {
  private static final String GROUP = "rule_group";
  private static final Map<PrometheusRegistry, RuleMetrics> KNOWN = new WeakHashMap<>();

  private final Counter evaluations;
  private final Counter failures;
  private final Counter iterations;
  private final Counter missed;
  private final Summary groupDuration;
  private final Summary ruleDuration;
  private final Gauge interval;
  private final Gauge rules;
  private final Gauge lastDuration;
  private final Gauge lastRuleDurations;
  private final Gauge lastEvaluation;
  private final Gauge lastSamples;
  private final Counter corrections;
  private final Counter tooLateSamples;
  private final Gauge unreadableSpans;

  // Only touched by the evaluator's thread, like what follows: the newest tick of each group.
  private final Map<String, Long> known = new HashMap<>();
  private long lastCorrected;
  private long lastTooLate;

  /** The metrics of a registry; registered when they are first asked for. */
  public static RuleMetrics of(PrometheusRegistry registry) {
    synchronized (KNOWN) {
      return KNOWN.computeIfAbsent(registry, RuleMetrics::new);
    }
  }

  private RuleMetrics(PrometheusRegistry registry) {
    evaluations = counter(registry, "evaluations", "Evaluations of rules.");
    failures = counter(registry, "evaluation_failures", "Evaluations of rules that failed.");
    iterations = counter(registry, "group_iterations", "Evaluations of groups.");
    missed =
        counter(
            registry,
            "group_iterations_missed",
            "Ticks of groups that were left out; a group that is late catches up instead.");
    corrections =
        Counter.builder()
            .name("narthex_rule_corrections_total")
            .help("Evaluations of rules that were done again because samples came late.")
            .register(registry);
    tooLateSamples =
        Counter.builder()
            .name("narthex_rule_samples_too_late_total")
            .help("Times of samples that came too late to correct a tick.")
            .register(registry);
    unreadableSpans =
        Gauge.builder()
            .name("narthex_rule_unreadable_spans")
            .help("Spans of samples that rules go without because the store cannot read them.")
            .register(registry);
    groupDuration =
        summary(registry, "prometheus_rule_group_duration_seconds", "Time that a group takes.");
    ruleDuration =
        summary(registry, "prometheus_rule_evaluation_duration_seconds", "Time that a rule takes.");
    interval = gauge(registry, "interval_seconds", "From tick to tick.");
    rules = gauge(registry, "rules", "Rules in the group.");
    lastDuration =
        gauge(registry, "last_duration_seconds", "Time that the newest evaluation took.");
    lastRuleDurations =
        gauge(
            registry,
            "last_rule_duration_sum_seconds",
            "Times of all rules in the newest evaluation.");
    lastEvaluation =
        gauge(registry, "last_evaluation_timestamp_seconds", "The tick that was evaluated last.");
    lastSamples = gauge(registry, "last_evaluation_samples", "What the newest evaluation gave.");
  }

  /** Other groups are in force: those that are gone are forgotten. */
  void installed(List<RuleGroupStatus> groups) {
    var now = new HashSet<String>();
    for (var group : groups) {
      String key = group.key();
      now.add(key);
      evaluations.initLabelValues(key);
      failures.initLabelValues(key);
      iterations.initLabelValues(key);
      missed.initLabelValues(key);
      interval.labelValues(key).set(group.intervalSeconds());
      rules.labelValues(key).set(group.rules().size());
    }
    for (String key : List.copyOf(known.keySet())) {
      if (!now.contains(key)) {
        known.remove(key);
        List.of(evaluations, failures, iterations, missed).forEach(counter -> counter.remove(key));
        List.of(interval, rules, lastDuration, lastRuleDurations, lastEvaluation, lastSamples)
            .forEach(gauge -> gauge.remove(key));
      }
    }
    now.forEach(key -> known.putIfAbsent(key, 0L));
  }

  /** The clock was set: ticks may be before those that were evaluated. */
  void clockSet() {
    known.replaceAll((key, tick) -> 0L);
  }

  /** How much came late so far, as the evaluator counts it. */
  void late(long corrected, long tooLate) {
    // A new evaluator counts from zero.
    corrections.inc(corrected >= lastCorrected ? corrected - lastCorrected : corrected);
    tooLateSamples.inc(tooLate >= lastTooLate ? tooLate - lastTooLate : tooLate);
    lastCorrected = corrected;
    lastTooLate = tooLate;
  }

  /** How many spans of samples the windows in force lack. */
  void unreadable(long spans) {
    unreadableSpans.set((double) spans);
  }

  /** A group was evaluated. A correction of former ticks does not count as another one. */
  void evaluated(RuleGroupStatus group) {
    String key = group.key();
    Long before = known.put(key, group.lastEvaluation());
    if (before != null && before >= group.lastEvaluation()) {
      return;
    }
    int failed = 0;
    double sum = 0;
    for (var rule : group.rules()) {
      failed += rule.lastError() == null ? 0 : 1;
      sum += rule.lastDurationSeconds();
      ruleDuration.observe(rule.lastDurationSeconds());
    }
    evaluations.labelValues(key).inc(group.rules().size());
    failures.labelValues(key).inc(failed);
    iterations.labelValues(key).inc();
    groupDuration.observe(group.lastDurationSeconds());
    lastDuration.labelValues(key).set(group.lastDurationSeconds());
    lastRuleDurations.labelValues(key).set(sum);
    lastEvaluation.labelValues(key).set(group.lastEvaluation() / 1000.0);
    lastSamples.labelValues(key).set(group.lastSamples());
  }

  private static Counter counter(PrometheusRegistry registry, String what, String help) {
    return Counter.builder()
        .name("prometheus_rule_" + what + "_total")
        .help(help)
        .labelNames(GROUP)
        .register(registry);
  }

  private static Gauge gauge(PrometheusRegistry registry, String what, String help) {
    return Gauge.builder()
        .name("prometheus_rule_group_" + what)
        .help(help)
        .labelNames(GROUP)
        .register(registry);
  }

  private static Summary summary(PrometheusRegistry registry, String name, String help) {
    return Summary.builder()
        .name(name)
        .help(help)
        .quantile(0.01, 0.001)
        .quantile(0.05, 0.005)
        .quantile(0.5, 0.05)
        .quantile(0.9, 0.01)
        .quantile(0.99, 0.001)
        .register(registry);
  }
}
