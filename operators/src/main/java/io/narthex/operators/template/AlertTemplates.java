package io.narthex.operators.template;

import io.narthex.operators.alert.AlertTemplate;
import io.narthex.operators.template.language.MapValue;
import io.narthex.operators.template.language.Rendering;
import io.narthex.operators.template.language.TemplateException;
import io.narthex.operators.template.language.TemplateText;
import io.narthex.pipeline.config.rules.RuleChecks.Problem;
import java.util.List;
import java.util.Map;

/**
 * The templates of alert labels and annotations, with the functions and variables that Prometheus
 * gives them.
 */
public final class AlertTemplates {
  private static final List<String> VARIABLES =
      List.of("$labels", "$externalLabels", "$externalURL", "$value");

  // The text that Prometheus puts before each template. Columns in its messages count it.
  private static final String DEFINITIONS =
      "{{$labels := .Labels}}"
          + "{{$externalLabels := .ExternalLabels}}"
          + "{{$externalURL := .ExternalURL}}"
          + "{{$value := .Value}}";

  private AlertTemplates() {}

  /** A compiler of the templates of rules, see {@link AlertTemplate.Compiler}. */
  public static AlertTemplate.Compiler compiler() {
    return AlertTemplates::compile;
  }

  private static AlertTemplate compile(String rule, String text) {
    String name = "__alert_" + rule;
    TemplateText template;
    try {
      template = TemplateText.compile(name, DEFINITIONS + text, AlertFunctions.NAMES);
    } catch (TemplateException e) {
      throw new IllegalArgumentException(
          "error parsing template " + name + ": " + e.getMessage(), e);
    }
    return data -> {
      var functions = new AlertFunctions(data.query(), data.tick(), data.externalUrl());
      return run(name, template, root(data), functions);
    };
  }

  /** Runs a template; failures are told as Prometheus does. */
  static String run(String name, TemplateText template, Object root, AlertFunctions functions)
      throws AlertTemplate.ExpansionException {
    return run(name, template, root, functions, Rendering.TEXT);
  }

  /** Runs a template in another way. */
  static String run(
      String name,
      TemplateText template,
      Object root,
      AlertFunctions functions,
      Rendering rendering)
      throws AlertTemplate.ExpansionException {
    try {
      return template.execute(root, functions::find, rendering);
    } catch (TemplateException e) {
      throw new AlertTemplate.ExpansionException(
          "error executing template " + name + ": " + e.getMessage(), e);
    }
  }

  private static Object root(AlertTemplate.Data data) {
    return new Structure(
        "struct { Labels map[string]string; ExternalLabels map[string]string;"
            + " ExternalURL string; Value interface {} }",
        Map.of(
            "Labels",
            new MapValue(true, data.labels().toMap()),
            "ExternalLabels",
            new MapValue(true, data.externalLabels().toMap()),
            "ExternalURL",
            data.externalUrl(),
            "Value",
            Structure.value(data.value(), data.histogram())),
        List.of("Labels", "ExternalLabels", "ExternalURL", "Value"));
  }

  /**
   * Checks the syntax of a template: actions are closed, functions and variables exist.
   *
   * @param name as it is to be called in messages
   * @throws TemplateException with Prometheus' text, {@code error parsing template NAME: template:
   *     NAME:LINE: what is wrong}
   */
  public static void check(String name, String text) {
    try {
      TemplateText.check(name, text, AlertFunctions.NAMES, VARIABLES);
    } catch (TemplateException e) {
      throw new TemplateException(
          "error parsing template " + name + ": " + e.getMessage(), e.line());
    }
  }

  /**
   * What is wrong with a template, as {@link io.narthex.pipeline.config.rules.RuleChecks#template}
   * says it; the place is the line's begin.
   */
  public static List<Problem> problems(String name, String text) {
    try {
      check(name, text);
      return List.of();
    } catch (TemplateException e) {
      int at = 0;
      for (int line = 1; line < e.line(); line++) {
        at = text.indexOf('\n', at) + 1;
      }
      return List.of(new Problem(at, String.valueOf(e.getMessage())));
    }
  }
}
