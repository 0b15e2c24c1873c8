package io.narthex.operators.alert;

import io.narthex.pipeline.alert.AlertRuleId;
import io.narthex.pipeline.model.Labels;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An alerting rule, ready to be evaluated. Immutable.
 *
 * @param labels templates by name, in order of the names; the group's labels among them
 * @param rawLabels the same labels unexpanded; Prometheus puts them under those of the alert in the
 *     series that it writes
 * @param annotations templates by name, in order of the names
 * @param holdMillis {@code for}
 * @param keepFiringMillis {@code keep_firing_for}
 * @param limit most active alerts of the rule; 0 is no limit
 * @param resendMillis how long a notification is not repeated
 * @param validMillis how long a notification holds
 * @param externalLabels for templates
 * @param externalUrl for templates, without a slash at its end
 * @param generatorUrl where the expression can be looked at
 */
public record AlertRule(
    AlertRuleId id,
    List<NamedTemplate> labels,
    Labels rawLabels,
    List<NamedTemplate> annotations,
    long holdMillis,
    long keepFiringMillis,
    int limit,
    long resendMillis,
    long validMillis,
    Labels externalLabels,
    String externalUrl,
    String generatorUrl) {

  /** Failed evaluations or sends for which a notification holds, and two more. */
  private static final int VALID_INTERVALS = 4;

  public AlertRule {
    labels = List.copyOf(labels);
    annotations = List.copyOf(annotations);
  }

  /** A label or an annotation. */
  public record NamedTemplate(String name, AlertTemplate template) {}

  /**
   * What a rule file says of a rule.
   *
   * @param expression as Prometheus prints it
   * @param labels the rule's over the group's
   * @param interval of the group
   */
  public record Definition(
      AlertRuleId id,
      String expression,
      Duration hold,
      Duration keepFiringFor,
      Map<String, String> labels,
      Map<String, String> annotations,
      Duration interval,
      int limit) {}

  /**
   * What all rules of a server share.
   *
   * @param externalUrl of this server, without a slash at its end
   * @param resendDelay {@code --rules.alert.resend-delay}
   */
  public record Surroundings(
      Labels externalLabels,
      String externalUrl,
      Duration resendDelay,
      AlertTemplate.Compiler templates) {}

  /**
   * Makes a rule.
   *
   * @throws IllegalArgumentException if a template is faulty
   */
  public static AlertRule of(Definition definition, Surroundings surroundings) {
    String name = definition.id().rule();
    long resend = surroundings.resendDelay().toMillis();
    return new AlertRule(
        definition.id(),
        compile(name, definition.labels(), surroundings.templates()),
        Labels.of(definition.labels()),
        compile(name, definition.annotations(), surroundings.templates()),
        definition.hold().toMillis(),
        definition.keepFiringFor().toMillis(),
        definition.limit(),
        resend,
        VALID_INTERVALS * Math.max(definition.interval().toMillis(), resend),
        surroundings.externalLabels(),
        surroundings.externalUrl(),
        surroundings.externalUrl() + ExpressionLinks.table(definition.expression()));
  }

  private static List<NamedTemplate> compile(
      String rule, Map<String, String> texts, AlertTemplate.Compiler compiler) {
    var templates = new ArrayList<NamedTemplate>();
    new TreeMap<>(texts)
        .forEach(
            (name, text) ->
                templates.add(
                    new NamedTemplate(
                        name, text.contains("{{") ? compiler.compile(rule, text) : data -> text)));
    return templates;
  }
}
