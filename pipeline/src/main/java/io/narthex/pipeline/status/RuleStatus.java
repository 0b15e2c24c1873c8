package io.narthex.pipeline.status;

import io.narthex.pipeline.alert.ActiveAlert;
import io.narthex.pipeline.alert.AlertState;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A rule as the HTTP API shows it.
 *
 * @param name of the metric or the alert
 * @param query the expression, as it is printed
 * @param labels in effect, templates unexpanded
 * @param lastError why the newest evaluation failed; null if it did not
 * @param lastDurationSeconds how long the newest evaluation took
 * @param lastEvaluation the tick evaluated last, milliseconds; 0 if there was none
 * @param evaluation which way it is evaluated
 * @param alerting what only alerting rules have; null for a recording rule
 */
public record RuleStatus(
    String name,
    String query,
    Map<String, String> labels,
    @Nullable String lastError,
    double lastDurationSeconds,
    long lastEvaluation,
    Evaluation evaluation,
    @Nullable Alerting alerting) {

  /**
   * Which way a rule is evaluated.
   *
   * @param way {@code incremental}, {@code partly}, {@code plain} or {@code store}
   * @param shared the parts of the expression whose values move with the samples, as PromQL
   * @param reason in a sentence
   * @param plainTicks how often a plain query was asked all the same
   */
  public record Evaluation(String way, List<String> shared, String reason, long plainTicks) {}

  /**
   * The part of an alerting rule.
   *
   * @param holdSeconds {@code for}
   * @param keepFiringSeconds {@code keep_firing_for}
   * @param annotations templates, unexpanded
   * @param state the most severe one of its alerts
   * @param alerts its pending and firing alerts, made when they are asked for
   */
  public record Alerting(
      double holdSeconds,
      double keepFiringSeconds,
      Map<String, String> annotations,
      AlertState state,
      Supplier<List<ActiveAlert>> alerts) {}
}
