package io.narthex.pipeline.config;

import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.RelabelRule.Action;
import io.narthex.pipeline.relabel.RelabelRules;
import java.util.Arrays;
import java.util.List;

/** Reads relabel rules. */
final class RelabelReader {
  private static final List<String> ACTIONS =
      Arrays.stream(Action.values()).map(RelabelRules::nameOf).toList();

  private RelabelReader() {}

  /**
   * Reads a list of rules.
   *
   * @param whenNull the fault of an entry without a value
   * @param utf8Names whether label names may be any UTF-8
   */
  static List<RelabelRule> read(Section section, String key, String whenNull, boolean utf8Names) {
    return section.each(key, whenNull, rule -> rule(rule, utf8Names));
  }

  private static RelabelRule rule(Section section, boolean utf8Names) {
    List<String> sources = section.texts("source_labels", "label name", true);
    String separator = section.text("separator", RelabelRule.DEFAULT_SEPARATOR);
    String regex = section.text("regex", RelabelRule.DEFAULT_REGEX);
    long modulus = section.unsignedLong("modulus");
    String target = section.text("target_label", "");
    String replacement = section.text("replacement", RelabelRule.DEFAULT_REPLACEMENT);
    String name = section.text("action", "replace");
    if (sources.contains("")) {
      section.fault("source_labels", "\"\" is not a valid label name");
    }
    Action action;
    try {
      action = RelabelRules.action(name);
    } catch (IllegalArgumentException e) {
      section.fault("action", Value.messageOf(e) + Suggestion.of(name, ACTIONS));
      return new RelabelRule(
          sources, separator, regex, modulus, target, replacement, Action.REPLACE);
    }
    section.show("action", RelabelRules.nameOf(action));
    var rule = new RelabelRule(sources, separator, regex, modulus, target, replacement, action);
    String fault = RelabelRules.faultOf(rule, utf8Names);
    if (fault != null) {
      section.fault(keyOf(fault), fault);
    }
    return rule;
  }

  /** The key to which a fault of a rule belongs. */
  private static String keyOf(String fault) {
    if (fault.contains("parsing regexp")) {
      return "regex";
    }
    if (fault.contains("is invalid 'replacement'") || fault.startsWith("'replacement'")) {
      return "replacement";
    }
    return fault.contains("is invalid 'target_label'") ? "target_label" : "action";
  }
}
