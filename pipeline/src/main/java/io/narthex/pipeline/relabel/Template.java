package io.narthex.pipeline.relabel;

import com.google.re2j.Matcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A text with references to capturing groups: {@code $1}, {@code $name}, <code>${1}</code>, <code>
 * ${name}</code>, and {@code $$} for a dollar. A name without braces takes as many letters, digits
 * and underscores as follow; a dollar that begins no reference stands for itself; a group that does
 * not exist or did not take part is empty. These are the rules of {@code Regexp.Expand} of Go.
 */
public final class Template {
  private static final int LITERAL = -1;
  private static final int NO_GROUP = -2;
  private static final int MAX_GROUP = 100_000_000;

  private final List<String> literals = new ArrayList<>();
  private final List<Integer> groups = new ArrayList<>();

  private Template() {}

  /**
   * Compiles a template.
   *
   * @param groupCount number of capturing groups of the pattern
   * @param namedGroups their numbers by name
   */
  public static Template compile(String text, int groupCount, Map<String, Integer> namedGroups) {
    var template = new Template();
    var literal = new StringBuilder();
    for (int at = 0; at < text.length(); ) {
      char c = text.charAt(at);
      int end = c == '$' ? endOfReference(text, at) : at;
      if (c != '$' || end == at) {
        literal.append(c);
        at++;
      } else if (end == at + 2 && text.charAt(at + 1) == '$') {
        literal.append('$');
        at = end;
      } else {
        boolean braces = text.charAt(at + 1) == '{';
        String name = text.substring(at + (braces ? 2 : 1), end - (braces ? 1 : 0));
        template.literal(literal);
        template.group(groupOf(name, groupCount, namedGroups));
        at = end;
      }
    }
    template.literal(literal);
    return template;
  }

  /** Whether the text is the same for every match. */
  boolean isConstant() {
    return groups.stream().allMatch(group -> group == LITERAL);
  }

  /** The text for a match. */
  public String expand(Matcher match) {
    if (groups.size() == 1 && groups.get(0) == LITERAL) {
      return literals.get(0);
    }
    var out = new StringBuilder();
    for (int i = 0; i < groups.size(); i++) {
      int group = groups.get(i);
      if (group == LITERAL) {
        out.append(literals.get(i));
      } else {
        String value = match.group(group);
        if (value != null) {
          out.append(value);
        }
      }
    }
    return out.toString();
  }

  /** The text for an input that matched as a whole into group 1, the only group. */
  String expandWhole(String input) {
    if (groups.size() == 1) {
      return groups.get(0) == LITERAL ? literals.get(0) : input;
    }
    var out = new StringBuilder();
    for (int i = 0; i < groups.size(); i++) {
      out.append(groups.get(i) == LITERAL ? literals.get(i) : input);
    }
    return out.toString();
  }

  private void literal(StringBuilder text) {
    if (!text.isEmpty()) {
      literals.add(text.toString());
      groups.add(LITERAL);
      text.setLength(0);
    }
  }

  private void group(int group) {
    if (group != NO_GROUP) {
      literals.add("");
      groups.add(group);
    }
  }

  /** The end of the reference that begins with the dollar at a place; the place if none does. */
  private static int endOfReference(String text, int dollar) {
    int at = dollar + 1;
    if (at < text.length() && text.charAt(at) == '$') {
      return at + 1;
    }
    boolean braces = at < text.length() && text.charAt(at) == '{';
    int from = braces ? at + 1 : at;
    int to = from;
    while (to < text.length()) {
      int c = text.codePointAt(to);
      if (!Character.isLetter(c) && !Character.isDigit(c) && c != '_') {
        break;
      }
      to += Character.charCount(c);
    }
    if (to == from) {
      return dollar;
    }
    if (!braces) {
      return to;
    }
    return to < text.length() && text.charAt(to) == '}' ? to + 1 : dollar;
  }

  private static int groupOf(String name, int groupCount, Map<String, Integer> namedGroups) {
    int number = numberOf(name);
    if (number >= 0) {
      return number <= groupCount ? number : NO_GROUP;
    }
    return namedGroups.getOrDefault(name, NO_GROUP);
  }

  private static int numberOf(String name) {
    if (name.length() > 1 && name.charAt(0) == '0') {
      return -1;
    }
    int number = 0;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < '0' || c > '9' || number >= MAX_GROUP) {
        return -1;
      }
      number = number * 10 + (c - '0');
    }
    return number;
  }
}
