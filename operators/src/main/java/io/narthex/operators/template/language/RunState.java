package io.narthex.operators.template.language;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a run stands: template, place, variables, and how many steps it took. */
final class RunState {
  private static final int MAX_STEPS = 1_000_000;

  private final String parsedName;
  private final String source;
  private List<Slot> variables = new ArrayList<>();
  private String name;
  private @Nullable Node place;
  private int steps;

  /** A variable. */
  static final class Slot {
    final String name;
    Object value;

    Slot(String name, Object value) {
      this.name = name;
      this.value = value;
    }
  }

  RunState(String name, String source) {
    this.parsedName = name;
    this.name = name;
    this.source = source;
  }

  /** Name of the template that runs. */
  String name() {
    return name;
  }

  /** What a call comes back to. */
  record Caller(String name, List<Slot> variables) {}

  /** Goes on in another template, which sees only its data. */
  Caller call(String template, Object data) {
    var caller = new Caller(name, variables);
    name = template;
    variables = new ArrayList<>();
    declare("$", data);
    return caller;
  }

  void comeBack(Caller caller) {
    name = caller.name();
    variables = caller.variables();
  }

  void declare(String variable, Object value) {
    variables.add(new Slot(variable, value));
  }

  /** Sets a variable by its place from the end, 1 is the last. */
  void setLast(int fromEnd, Object value) {
    variables.get(variables.size() - fromEnd).value = value;
  }

  /** How many variables there are, for {@link #pop}. */
  int mark() {
    return variables.size();
  }

  Object get(String variable) {
    for (int i = variables.size() - 1; i >= 0; i--) {
      if (variables.get(i).name.equals(variable)) {
        return variables.get(i).value;
      }
    }
    throw fault("undefined variable: " + variable);
  }

  void set(String variable, Object value) {
    for (int i = variables.size() - 1; i >= 0; i--) {
      if (variables.get(i).name.equals(variable)) {
        variables.get(i).value = value;
        return;
      }
    }
    throw fault("undefined variable: " + variable);
  }

  void pop(int mark) {
    while (variables.size() > mark) {
      variables.remove(variables.size() - 1);
    }
  }

  void step() {
    steps++;
    if (steps > MAX_STEPS) {
      throw fault("more than " + MAX_STEPS + " steps");
    }
  }

  void at(Node node) {
    place = node;
  }

  TemplateException fault(String message) {
    if (place == null) {
      return new TemplateException("template: " + name + ": " + message, 0);
    }
    int at = Math.min(place.at(), source.length());
    int lineStart = source.lastIndexOf('\n', at - 1) + 1;
    int line = 1 + (int) source.substring(0, at).chars().filter(c -> c == '\n').count();
    int column = source.substring(lineStart, at).getBytes(UTF_8).length;
    return new TemplateException(
        "template: "
            + (parsedName + ":" + line + ":" + column)
            + (": executing " + Quoting.quote(name))
            + (" at <" + context(place) + ">: ")
            + message,
        line);
  }

  /** What messages show of a node. */
  private static String context(Node node) {
    return node instanceof Node.Action action ? "{{" + action.pipe() + "}}" : node.toString();
  }
}
