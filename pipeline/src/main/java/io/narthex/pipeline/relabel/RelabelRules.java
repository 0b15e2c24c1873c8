package io.narthex.pipeline.relabel;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.narthex.pipeline.model.Names;
import io.narthex.pipeline.model.RelabelRule;
import io.narthex.pipeline.model.RelabelRule.Action;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What makes a relabel rule a valid one. The texts of faults are those users know. */
public final class RelabelRules {
  /** Legacy names in which {@code $1} and <code>${name}</code> may stand for any part. */
  private static final Pattern LEGACY_TEMPLATE =
      Pattern.compile("^(?:(?:[a-zA-Z_]|\\$(?:\\{\\w+\\}|\\w+))+\\w*)+$");

  private RelabelRules() {}

  /**
   * The action of a name, in any case of letters.
   *
   * @throws IllegalArgumentException if there is no such action; the message lists those there are
   */
  public static Action action(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("relabel action cannot be empty");
    }
    String wanted = name.toUpperCase(Locale.ROOT);
    for (Action action : Action.values()) {
      if (action.name().equals(wanted)) {
        return action;
      }
    }
    var known = new StringBuilder();
    for (Action action : Action.values()) {
      known.append(known.isEmpty() ? "" : ", ").append(nameOf(action));
    }
    throw new IllegalArgumentException(
        "unknown relabel action \"" + name + "\", must be one of " + known);
  }

  /** The name of an action in configuration files. */
  public static String nameOf(Action action) {
    return action.name().toLowerCase(Locale.ROOT);
  }

  /**
   * What is wrong with a rule.
   *
   * @param utf8Names whether label names may be any UTF-8 (else legacy names only)
   * @return null if the rule is valid
   */
  public static @Nullable String faultOf(RelabelRule rule, boolean utf8Names) {
    String fault = regexFault(rule.regex());
    if (fault == null) {
      fault = missingField(rule);
    }
    if (fault == null) {
      fault = invalidName(rule, utf8Names);
    }
    return fault == null ? superfluousField(rule) : fault;
  }

  /** Whether a label may have this name. */
  static boolean isLabelName(String name, boolean utf8Names) {
    return utf8Names ? isUtf8Name(name) : Names.isLegacyLabelName(name);
  }

  /** The pattern of a rule: the whole input must match, and the dot matches newlines. */
  static Pattern anchored(String regex) {
    return Pattern.compile("^(?s:" + regex + ")$");
  }

  private static boolean isUtf8Name(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < name.length()
                && Character.isLowSurrogate(name.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return !name.isEmpty();
  }

  private static @Nullable String regexFault(String regex) {
    try {
      anchored(regex);
      return null;
    } catch (PatternSyntaxException e) {
      return e.getMessage();
    }
  }

  private static @Nullable String missingField(RelabelRule rule) {
    if (rule.action() == Action.HASHMOD && rule.modulus() == 0) {
      return "relabel configuration for hashmod requires non-zero modulus";
    }
    boolean writes =
        switch (rule.action()) {
          case REPLACE, HASHMOD, LOWERCASE, UPPERCASE, KEEPEQUAL, DROPEQUAL -> true;
          case KEEP, DROP, LABELMAP, LABELDROP, LABELKEEP -> false;
        };
    return writes && rule.targetLabel().isEmpty()
        ? "relabel configuration for "
            + nameOf(rule.action())
            + " action requires 'target_label' value"
        : null;
  }

  private static @Nullable String invalidName(RelabelRule rule, boolean utf8Names) {
    String target = rule.targetLabel();
    return switch (rule.action()) {
      case REPLACE -> {
        boolean valid =
            target.indexOf('$') < 0
                ? isLabelName(target, utf8Names)
                : isNameTemplate(target, utf8Names);
        yield valid ? null : invalid(target, "target_label", rule);
      }
      case HASHMOD, LOWERCASE, UPPERCASE, KEEPEQUAL, DROPEQUAL ->
          isLabelName(target, utf8Names) ? null : invalid(target, "target_label", rule);
      case LABELMAP ->
          isNameTemplate(rule.replacement(), utf8Names)
              ? null
              : invalid(rule.replacement(), "replacement", rule);
      case KEEP, DROP, LABELDROP, LABELKEEP -> null;
    };
  }

  private static boolean isNameTemplate(String template, boolean utf8Names) {
    return utf8Names ? isUtf8Name(template) : LEGACY_TEMPLATE.matcher(template).find();
  }

  private static String invalid(String value, String key, RelabelRule rule) {
    var text = new StringBuilder();
    Names.quote(text, value);
    return text + " is invalid '" + key + "' for " + nameOf(rule.action()) + " action";
  }

  private static @Nullable String superfluousField(RelabelRule rule) {
    boolean replaces = !rule.replacement().equals(RelabelRule.DEFAULT_REPLACEMENT);
    boolean separates = !rule.separator().equals(RelabelRule.DEFAULT_SEPARATOR);
    boolean matches = !rule.regex().equals(RelabelRule.DEFAULT_REGEX);
    boolean mods = rule.modulus() != 0;
    boolean reads = !rule.sourceLabels().isEmpty();
    boolean writes = !rule.targetLabel().isEmpty();
    String action = nameOf(rule.action());
    return switch (rule.action()) {
      case LOWERCASE, UPPERCASE ->
          replaces ? "'replacement' can not be set for " + action + " action" : null;
      case KEEPEQUAL, DROPEQUAL ->
          replaces || matches || mods || separates
              ? action
                  + " action requires only 'source_labels' and `target_label`, and no other fields"
              : null;
      case LABELDROP, LABELKEEP ->
          reads || writes || mods || separates || replaces
              ? action + " action requires only 'regex', and no other fields"
              : null;
      case REPLACE, KEEP, DROP, HASHMOD, LABELMAP -> null;
    };
  }
}
