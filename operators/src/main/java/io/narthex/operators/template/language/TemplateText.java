package io.narthex.operators.template.language;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** The door of this package: checks the text of a template. Safe for use by several threads. */
public final class TemplateText {
  /** Longest template, in characters. */
  public static final int MAX_LENGTH = 1 << 20;

  private static final Set<String> BUILT_IN =
      Set.of(
          "and",
          "call",
          "eq",
          "ge",
          "gt",
          "html",
          "index",
          "js",
          "le",
          "len",
          "lt",
          "ne",
          "not",
          "or",
          "print",
          "printf",
          "println",
          "slice",
          "urlquery");

  private TemplateText() {}

  /**
   * Reads a template and throws the result away.
   *
   * @param functions names that it can call beside those of the language itself
   * @param variables names, with their dollars, that are there from the beginning
   * @throws TemplateException for the first thing that is wrong, as {@code template: name:line:
   *     what}
   */
  public static void check(
      String name, String text, Set<String> functions, Collection<String> variables) {
    if (text.length() > MAX_LENGTH) {
      throw new TemplateException(
          "template: " + name + ":1: longer than " + MAX_LENGTH + " characters", 1);
    }
    var known = new HashSet<>(BUILT_IN);
    known.addAll(functions);
    Parser.parse(name, text, known, variables);
  }
}
