package io.narthex.operators.template;

import io.narthex.operators.template.language.TemplateException;
import io.narthex.operators.template.language.TemplateText;
import java.util.List;
import java.util.Set;

/**
 * The templates of alert labels and annotations, with the functions and variables that Prometheus
 * gives them.
 */
public final class AlertTemplates {
  private static final Set<String> FUNCTIONS =
      Set.of(
          "args",
          "externalURL",
          "first",
          "graphLink",
          "humanize",
          "humanize1024",
          "humanizeDuration",
          "humanizePercentage",
          "humanizeTimestamp",
          "label",
          "match",
          "now",
          "parseDuration",
          "pathPrefix",
          "query",
          "reReplaceAll",
          "safeHtml",
          "sortByLabel",
          "stripDomain",
          "stripPort",
          "strvalue",
          "tableLink",
          "title",
          "toDuration",
          "toLower",
          "toTime",
          "toUpper",
          "urlQueryEscape",
          "value");
  private static final List<String> VARIABLES =
      List.of("$labels", "$externalLabels", "$externalURL", "$value");

  private AlertTemplates() {}

  /**
   * Checks the syntax of a template: actions are closed, functions and variables exist.
   *
   * @param name as it is to be called in messages
   * @throws TemplateException with Prometheus' text, {@code error parsing template NAME: template:
   *     NAME:LINE: what is wrong}
   */
  public static void check(String name, String text) {
    try {
      TemplateText.check(name, text, FUNCTIONS, VARIABLES);
    } catch (TemplateException e) {
      throw new TemplateException(
          "error parsing template " + name + ": " + e.getMessage(), e.line());
    }
  }
}
