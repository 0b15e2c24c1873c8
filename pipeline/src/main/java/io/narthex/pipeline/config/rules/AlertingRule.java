package io.narthex.pipeline.config.rules;

import java.time.Duration;
import java.util.Map;

/**
 * A rule whose result are alerts.
 *
 * @param name of the alert
 * @param expression PromQL as written
 * @param holdFor {@code for}: how long an element must be in the result before its alert fires
 * @param keepFiringFor how long a firing alert stays so when its element is gone
 * @param labels added to each alert, sorted by name; the values are templates
 * @param annotations of each alert, sorted by name; the values are templates
 */
public record AlertingRule(
    String name,
    String expression,
    Duration holdFor,
    Duration keepFiringFor,
    Map<String, String> labels,
    Map<String, String> annotations,
    RulePlaces places)
    implements Rule {

  public AlertingRule {
    labels = RecordingRule.sorted(labels);
    annotations = RecordingRule.sorted(annotations);
  }
}
