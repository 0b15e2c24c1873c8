package io.narthex.query.promql.exec;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;

/** Expands templates as Go's {@code Regexp.Expand} does. */
final class Expansion {
  private Expansion() {}

  static String of(String template, Matcher matcher, Pattern pattern) {
    var out = new StringBuilder();
    int at = 0;
    while (at < template.length()) {
      int dollar = template.indexOf('$', at);
      if (dollar < 0 || dollar + 1 >= template.length()) {
        break;
      }
      out.append(template, at, dollar);
      if (template.charAt(dollar + 1) == '$') {
        out.append('$');
        at = dollar + 2;
        continue;
      }
      boolean braced = template.charAt(dollar + 1) == '{';
      int from = braced ? dollar + 2 : dollar + 1;
      int to = from;
      while (to < template.length() && isName(template.charAt(to))) {
        to++;
      }
      if (to == from || (braced && (to >= template.length() || template.charAt(to) != '}'))) {
        out.append('$');
        at = dollar + 1;
        continue;
      }
      out.append(group(template.substring(from, to), matcher, pattern));
      at = braced ? to + 1 : to;
    }
    return out.append(template, Math.min(at, template.length()), template.length()).toString();
  }

  private static String group(String name, Matcher matcher, Pattern pattern) {
    boolean number = name.chars().allMatch(c -> c >= '0' && c <= '9') && name.length() < 9;
    String value = null;
    if (number) {
      int index = Integer.parseInt(name);
      value = index <= matcher.groupCount() ? matcher.group(index) : null;
    } else if (pattern.namedGroups().containsKey(name)) {
      value = matcher.group(name);
    }
    return value == null ? "" : value;
  }

  private static boolean isName(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }
}
