package io.narthex.operators.template.language;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The door of this package: a template that can be run, and the check of a text. Safe for use by
 * several threads.
 */
public final class TemplateText {
  /** Longest template, in characters. */
  public static final int MAX_LENGTH = 1 << 20;

  /** A comment, which keeps the texts at both of its sides apart. */
  private static final String BOUNDARY = "{{/* */}}";

  private final String name;
  private final String text;
  private final Map<String, Node.Nodes> templates;

  private TemplateText(String name, String text, Map<String, Node.Nodes> templates) {
    this.name = name;
    this.text = text;
    this.templates = templates;
  }

  /** The functions that a template can call beside those of the language itself. */
  @FunctionalInterface
  public interface Functions {
    /** The function of a name; null if there is none. */
    @Nullable Function find(String name);
  }

  /**
   * Reads a template.
   *
   * @param functions names that it can call beside those of the language itself
   * @throws TemplateException for the first thing that is wrong, as {@code template: name:line:
   *     what}
   */
  public static TemplateText compile(String name, String text, Set<String> functions) {
    return new TemplateText(name, text, parse(name, text, functions, List.of()));
  }

  /**
   * Reads the template of a page together with templates that it can call. Places in the messages
   * of faults are those of the page.
   *
   * @param libraries what defines further templates; text between the definitions is left out
   * @param functions as of {@link #compile}; {@code tmpl} is known besides
   * @throws TemplateException for the first thing that is wrong in the page
   */
  public static TemplateText compilePage(
      String name, String text, String libraries, Set<String> functions) {
    var known = new HashSet<>(functions);
    known.add(Execution.PAGE_FUNCTION);
    String all = text + BOUNDARY + libraries;
    var templates = new HashMap<>(parse(name, all, known, List.of()));
    templates.computeIfPresent(
        name,
        (unused, root) ->
            new Node.Nodes(
                root.at(),
                root.nodes().stream().filter(node -> node.at() < text.length()).toList()));
    return new TemplateText(name, all, templates);
  }

  /**
   * Runs the template. Entries that a map of strings lacks are empty strings.
   *
   * @param data what the dot stands for
   * @throws TemplateException if it fails, as {@code template: name:line:column: executing "name"
   *     at <what>: why}, or if it runs too long or writes too much
   */
  public String execute(Object data, Functions functions) {
    return execute(data, functions, Rendering.TEXT);
  }

  /** Runs the template in another way. */
  public String execute(Object data, Functions functions, Rendering rendering) {
    return new Execution(name, text, templates, functions, rendering).run(data);
  }

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
    parse(name, text, functions, variables);
  }

  private static Map<String, Node.Nodes> parse(
      String name, String text, Set<String> functions, Collection<String> variables) {
    if (text.length() > MAX_LENGTH) {
      throw new TemplateException(
          "template: " + name + ":1: longer than " + MAX_LENGTH + " characters", 1);
    }
    var known = new HashSet<>(BuiltIns.ALL.keySet());
    known.addAll(functions);
    return Parser.parse(name, text, known, variables);
  }
}
