package io.narthex.pipeline.config;

import java.util.function.UnaryOperator;

/**
 * Fills variables into a text as {@code os.Expand} of Go does: {@code $NAME} with letters, digits
 * and underscores, <code>${NAME}</code> with anything, and {@code $$} for a dollar. A dollar that
 * begins no name stays; braces that hold or end nothing go.
 */
final class Environment {
  private static final String SPECIAL = "*#$@!?-0123456789";

  private Environment() {}

  static String expand(String text, UnaryOperator<String> variable) {
    var out = new StringBuilder();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != '$' || at + 1 == text.length()) {
        out.append(c);
        at++;
        continue;
      }
      at =
          text.charAt(at + 1) == '{'
              ? braces(text, at + 2, out, variable)
              : bare(text, at + 1, out, variable);
    }
    return out.toString();
  }

  private static int braces(
      String text, int from, StringBuilder out, UnaryOperator<String> variable) {
    int end = text.indexOf('}', from);
    if (end > from) {
      out.append(variable.apply(text.substring(from, end)));
    }
    return end < 0 ? from : end + 1;
  }

  private static int bare(
      String text, int from, StringBuilder out, UnaryOperator<String> variable) {
    int to = from;
    if (SPECIAL.indexOf(text.charAt(from)) >= 0) {
      to = from + 1;
    } else {
      while (to < text.length() && isNamePart(text.charAt(to))) {
        to++;
      }
    }
    if (to == from) {
      out.append('$');
    } else {
      String name = text.substring(from, to);
      out.append(name.equals("$") ? "$" : variable.apply(name));
    }
    return to;
  }

  private static boolean isNamePart(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
}
