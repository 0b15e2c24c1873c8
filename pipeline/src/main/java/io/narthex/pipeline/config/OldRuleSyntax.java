package io.narthex.pipeline.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the rule syntax of Prometheus 1, {@code ALERT name IF expression} and {@code name =
 * expression}, so that a message can show the same rule as YAML.
 */
final class OldRuleSyntax {
  private static final String CLAUSES = "(?=\\s+(?:FOR|LABELS|WITH|ANNOTATIONS)\\s|\\s*\\z)";
  private static final Pattern ALERT =
      Pattern.compile("(?m)^[ \\t]*ALERT\\s+(\\S+)\\s+IF\\s+(?s:(.+?))" + CLAUSES);
  private static final Pattern HOLD = Pattern.compile("\\sFOR\\s+(\\w+)");
  private static final Pattern LABELS =
      Pattern.compile("\\s(?:LABELS|WITH)\\s*\\{([^}]*)\\}", Pattern.DOTALL);
  private static final Pattern ANNOTATIONS =
      Pattern.compile("\\sANNOTATIONS\\s*\\{(.*?)\\}\\s*\\z", Pattern.DOTALL);
  private static final Pattern PAIR =
      Pattern.compile("(\\w+)\\s*=\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*')");
  private static final Pattern RECORD =
      Pattern.compile(
          "(?m)^([a-zA-Z_:][a-zA-Z0-9_:]*)[ \\t]*(?:\\{([^}]*)\\})?[ \\t]*=[ \\t]*([^=~\\s].*)$");

  private OldRuleSyntax() {}

  /**
   * The first old rule of a text.
   *
   * @param index where it begins
   * @param yaml the same rule in a group
   */
  record Found(int index, String yaml) {}

  /** The first old rule; null if there is none. */
  static @Nullable Found find(String text) {
    Matcher alert = ALERT.matcher(text);
    if (alert.find()) {
      return new Found(alert.start(), alert(alert, text));
    }
    Matcher rule = RECORD.matcher(text);
    if (rule.find()) {
      String labels = rule.group(2);
      String yaml =
          group("record", rule.group(1), rule.group(3))
              + (labels == null ? "" : pairs("labels", labels));
      return new Found(rule.start(), yaml);
    }
    return null;
  }

  private static String alert(Matcher alert, String text) {
    Matcher next = Pattern.compile("(?m)^[ \\t]*ALERT\\s").matcher(text);
    int end = next.find(alert.end()) ? next.start() : text.length();
    String clauses = text.substring(alert.end(), end);
    var yaml = new StringBuilder(group("alert", alert.group(1), alert.group(2)));
    Matcher hold = HOLD.matcher(clauses);
    if (hold.find()) {
      yaml.append("\n      for: ").append(hold.group(1));
    }
    Matcher labels = LABELS.matcher(clauses);
    if (labels.find()) {
      yaml.append(pairs("labels", labels.group(1)));
    }
    Matcher annotations = ANNOTATIONS.matcher(clauses);
    if (annotations.find()) {
      yaml.append(pairs("annotations", annotations.group(1)));
    }
    return yaml.toString();
  }

  private static String group(String key, String name, String expression) {
    String expr = expression.strip().replaceAll("\\s+", " ").replace("'", "''");
    return "\ngroups:\n  - name: converted\n    rules:\n    - "
        + key
        + ": "
        + name
        + "\n      expr: '"
        + expr
        + "'";
  }

  private static String pairs(String key, String given) {
    var yaml = new StringBuilder("\n      " + key + ":");
    for (Matcher pair = PAIR.matcher(given); pair.find(); ) {
      yaml.append("\n        ").append(pair.group(1)).append(": ").append(pair.group(2));
    }
    return yaml.toString();
  }
}
