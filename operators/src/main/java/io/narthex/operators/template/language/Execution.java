package io.narthex.operators.template.language;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One run of a template: walks its tree and writes text. */
final class Execution {
  private static final int MAX_DEPTH = 100;
  private static final int MAX_STEPS = 1_000_000;
  private static final List<Node.Operand> NO_OPERANDS = List.of();

  private final String parsedName;
  private final String source;
  private final Map<String, Node.Nodes> templates;
  private final TemplateText.Functions functions;
  private final StringBuilder out = new StringBuilder();
  private List<Slot> variables = new ArrayList<>();
  private String name;
  private @Nullable Node place;
  private int depth;
  private int steps;

  private static final class Slot {
    final String name;
    Object value;

    Slot(String name, Object value) {
      this.name = name;
      this.value = value;
    }
  }

  /** How the walk of a node ended. */
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  Execution(
      String name,
      String source,
      Map<String, Node.Nodes> templates,
      TemplateText.Functions functions) {
    this.parsedName = name;
    this.name = name;
    this.source = source;
    this.templates = templates;
    this.functions = functions;
  }

  String run(Object data) {
    Node.Nodes root = templates.get(name);
    if (root == null) {
      throw fault(Quoting.quote(name) + " is an incomplete or empty template");
    }
    variables.add(new Slot("$", data));
    walk(data, root);
    return out.toString();
  }

  private Flow walk(Object dot, Node node) {
    at(node);
    step();
    if (node instanceof Node.Nodes list) {
      for (Node child : list.nodes()) {
        Flow flow = walk(dot, child);
        if (flow != Flow.ON) {
          return flow;
        }
      }
    } else if (node instanceof Node.Text text) {
      write(text.text());
    } else if (node instanceof Node.Action action) {
      Object value = pipeline(dot, action.pipe());
      if (action.pipe().variables().isEmpty()) {
        at(action);
        print(value);
      }
    } else if (node instanceof Node.Branch branch) {
      int mark = variables.size();
      Flow flow =
          branch.kind() == Node.Branch.Kind.RANGE ? range(dot, branch) : choice(dot, branch);
      pop(mark);
      return flow;
    } else if (node instanceof Node.Call call) {
      call(dot, call);
    } else if (node instanceof Node.Break) {
      return Flow.BREAK;
    } else if (node instanceof Node.Continue) {
      return Flow.CONTINUE;
    }
    return Flow.ON;
  }

  private void step() {
    steps++;
    if (steps > MAX_STEPS) {
      throw fault("more than " + MAX_STEPS + " steps");
    }
  }

  private void print(Object boxed) {
    Object value = Values.unboxed(boxed);
    write(value instanceof Absent ? "<no value>" : GoFormat.value(value));
  }

  private void write(String text) {
    if (out.length() + text.length() > TemplateText.MAX_LENGTH) {
      throw fault("output longer than " + TemplateText.MAX_LENGTH + " characters");
    }
    out.append(text);
  }

  private Flow choice(Object dot, Node.Branch branch) {
    Object value = pipeline(dot, branch.pipe());
    if (Values.isTrue(value)) {
      return walk(branch.kind() == Node.Branch.Kind.WITH ? value : dot, branch.body());
    }
    return branch.otherwise() == null ? Flow.ON : walk(dot, branch.otherwise());
  }

  private Flow range(Object dot, Node.Branch branch) {
    Object value = Values.base(Values.unboxed(pipeline(dot, branch.pipe())));
    boolean any = false;
    if (value instanceof Long count) {
      if (branch.pipe().variables().size() > 1) {
        throw fault("can't use " + count + " to iterate over more than one variable");
      }
      for (long i = 0; i < count; i++) {
        any = true;
        Flow flow = iteration(branch, Absent.NO_VALUE, i);
        if (flow == Flow.BREAK) {
          return Flow.ON;
        }
      }
    } else if (value instanceof ListValue list) {
      long i = 0;
      for (Object element : list.elements()) {
        any = true;
        if (iteration(branch, i, element) == Flow.BREAK) {
          return Flow.ON;
        }
        i++;
      }
    } else if (value instanceof MapValue map) {
      for (String key : new TreeMap<>(map.entries()).keySet()) {
        any = true;
        if (iteration(branch, key, map.get(key)) == Flow.BREAK) {
          return Flow.ON;
        }
      }
    } else if (!(value instanceof Absent)) {
      throw fault("range can't iterate over " + GoFormat.value(value));
    }
    return any || branch.otherwise() == null ? Flow.ON : walk(dot, branch.otherwise());
  }

  private Flow iteration(Node.Branch branch, Object index, Object element) {
    Node.Pipe pipe = branch.pipe();
    List<Node.Variable> declared = pipe.variables();
    int mark = variables.size();
    step();
    if (pipe.assigns()) {
      if (declared.size() > 1) {
        set(declared.get(0).name(), index);
        set(declared.get(1).name(), element);
      } else {
        set(declared.get(0).name(), element);
      }
    } else if (!declared.isEmpty()) {
      variables.get(mark - 1).value = element;
      if (declared.size() > 1) {
        variables.get(mark - 2).value = index;
      }
    }
    Flow flow = walk(element, branch.body());
    pop(mark);
    return flow;
  }

  private void call(Object dot, Node.Call call) {
    at(call);
    Node.Nodes called = templates.get(call.name());
    if (called == null) {
      throw fault("template " + Quoting.quote(call.name()) + " not defined");
    }
    if (depth == MAX_DEPTH) {
      throw fault("exceeded maximum template depth (" + MAX_DEPTH + ")");
    }
    Object data = call.pipe() == null ? Absent.NO_VALUE : pipeline(dot, call.pipe());
    List<Slot> outer = variables;
    String caller = name;
    variables = new ArrayList<>(List.of(new Slot("$", data)));
    name = call.name();
    depth++;
    walk(data, called);
    depth--;
    name = caller;
    variables = outer;
  }

  private Object pipeline(Object dot, Node.Pipe pipe) {
    at(pipe);
    Object value = Absent.NOT_GIVEN;
    for (Node.Command command : pipe.commands()) {
      value = Values.unboxed(command(dot, command, value));
    }
    for (Node.Variable variable : pipe.variables()) {
      if (pipe.assigns()) {
        set(variable.name(), value);
      } else {
        variables.add(new Slot(variable.name(), value));
      }
    }
    return value;
  }

  private Object command(Object dot, Node.Command command, Object last) {
    Node.Operand first = command.operands().get(0);
    List<Node.Operand> arguments = command.operands().subList(1, command.operands().size());
    if (first instanceof Node.Field field) {
      return field(dot, field, arguments, last);
    }
    if (first instanceof Node.Chain chain) {
      return chain(dot, chain, arguments, last);
    }
    if (first instanceof Node.Identifier identifier) {
      return function(dot, identifier, command, arguments, last);
    }
    if (first instanceof Node.Variable variable) {
      return variable(dot, variable, arguments, last);
    }
    if (first instanceof Node.Pipe pipe) {
      mustHaveNoArguments(first, arguments, last);
      return pipeline(dot, pipe);
    }
    at(first);
    mustHaveNoArguments(first, arguments, last);
    if (first instanceof Node.Nil) {
      throw fault("nil is not a command");
    }
    return literal(dot, first);
  }

  private void mustHaveNoArguments(Node.Operand first, List<Node.Operand> arguments, Object last) {
    if (!arguments.isEmpty() || last != Absent.NOT_GIVEN) {
      throw fault(
          "can't give argument to non-function "
              + (first instanceof Node.Pipe ? "(" + first + ")" : first));
    }
  }

  private Object literal(Object dot, Node.Operand operand) {
    at(operand);
    if (operand instanceof Node.Bool bool) {
      return bool.value();
    }
    if (operand instanceof Node.Str string) {
      return string.value();
    }
    if (operand instanceof Node.Num number) {
      if (number.ideal()) {
        return number.real();
      }
      if (number.whole() == null) {
        throw fault(number + " overflows int");
      }
      return number.whole();
    }
    if (operand instanceof Node.Dot) {
      return dot;
    }
    throw fault("can't evaluate command " + Quoting.quote(operand.toString()));
  }

  private Object field(Object dot, Node.Field field, List<Node.Operand> arguments, Object last) {
    at(field);
    return fields(dot, dot, field, field.names(), arguments, last);
  }

  private Object chain(Object dot, Node.Chain chain, List<Node.Operand> arguments, Object last) {
    at(chain);
    if (chain.operand() instanceof Node.Nil) {
      throw fault("indirection through explicit nil in " + chain);
    }
    Object receiver = argument(dot, GoType.ANY, chain.operand());
    return fields(dot, receiver, chain, chain.fields(), arguments, last);
  }

  private Object variable(
      Object dot, Node.Variable variable, List<Node.Operand> arguments, Object last) {
    at(variable);
    Object value = get(variable.name());
    if (variable.fields().isEmpty()) {
      mustHaveNoArguments(variable, arguments, last);
      return value;
    }
    return fields(dot, value, variable, variable.fields(), arguments, last);
  }

  private Object fields(
      Object dot,
      Object receiver,
      Node node,
      List<String> names,
      List<Node.Operand> arguments,
      Object last) {
    Object value = receiver;
    int end = names.size() - 1;
    for (String inner : names.subList(0, end)) {
      value = field(dot, inner, node, NO_OPERANDS, Absent.NOT_GIVEN, value);
    }
    return field(dot, names.get(end), node, arguments, last, value);
  }

  private Object field(
      Object dot,
      String field,
      Node node,
      List<Node.Operand> arguments,
      Object last,
      Object boxed) {
    Object receiver = Values.unboxed(boxed);
    if (receiver instanceof Absent) {
      if (boxed instanceof Boxed) {
        throw fault("nil pointer evaluating interface {}." + field);
      }
      return Absent.NO_VALUE;
    }
    boolean hasArguments = !arguments.isEmpty() || last != Absent.NOT_GIVEN;
    if (receiver instanceof HostValue host) {
      Function method = host.method(field);
      if (method != null) {
        return call(dot, method, node, field, arguments, last);
      }
      Object value = host.field(field);
      if (value != null) {
        if (hasArguments) {
          throw fault(field + " has arguments but cannot be invoked as function");
        }
        return value;
      }
    }
    if (receiver instanceof MapValue map) {
      if (hasArguments) {
        throw fault(field + " is not a method but has arguments");
      }
      return map.get(field);
    }
    throw fault("can't evaluate field " + field + " in type " + Values.typeName(boxed));
  }

  private Object function(
      Object dot,
      Node.Identifier identifier,
      Node node,
      List<Node.Operand> arguments,
      Object last) {
    at(identifier);
    String called = identifier.name();
    Function function = functions.find(called);
    if (function != null) {
      return call(dot, function, node, called, arguments, last);
    }
    function = BuiltIns.ALL.get(called);
    if (function == null) {
      throw fault(Quoting.quote(called) + " is not a defined function");
    }
    if (called.equals("and") || called.equals("or")) {
      return logic(dot, function, called, arguments, last);
    }
    return call(dot, function, node, called, arguments, last);
  }

  private Object logic(
      Object dot, Function function, String called, List<Node.Operand> arguments, Object last) {
    checkCount(function, called, arguments, last);
    Object value = last;
    for (Node.Operand argument : arguments) {
      value = argument(dot, GoType.ANY, argument);
      if (Values.isTrue(value) == called.equals("or")) {
        return value;
      }
    }
    return last == Absent.NOT_GIVEN ? value : last;
  }

  private void checkCount(
      Function function, String called, List<Node.Operand> arguments, Object last) {
    int count = arguments.size() + (last == Absent.NOT_GIVEN ? 0 : 1);
    int wanted = function.parameters().size();
    if (function.variadic() && count < wanted - 1) {
      throw fault(
          "wrong number of args for "
              + called
              + ": want at least "
              + (wanted - 1)
              + " got "
              + arguments.size());
    }
    if (!function.variadic() && count != wanted) {
      throw fault("wrong number of args for " + called + ": want " + wanted + " got " + count);
    }
  }

  private Object call(
      Object dot,
      Function function,
      Node node,
      String called,
      List<Node.Operand> arguments,
      Object last) {
    checkCount(function, called, arguments, last);
    step();
    int types = function.parameters().size();
    var values = new ArrayList<Object>(arguments.size() + 1);
    for (Node.Operand operand : arguments) {
      GoType type = function.parameters().get(Math.min(values.size(), types - 1));
      values.add(Values.unboxed(argument(dot, type, operand)));
    }
    if (last != Absent.NOT_GIVEN) {
      GoType type = function.parameters().get(Math.min(values.size(), types - 1));
      values.add(Values.unboxed(checked(last, type)));
    }
    try {
      Object result = function.body().apply(values);
      if (result instanceof String text && text.length() > TemplateText.MAX_LENGTH) {
        throw new FunctionException("text longer than " + TemplateText.MAX_LENGTH + " characters");
      }
      return result;
    } catch (FunctionException e) {
      at(node);
      throw fault("error calling " + called + ": " + e.getMessage());
    }
  }

  private Object argument(Object dot, GoType type, Node.Operand operand) {
    at(operand);
    if (operand instanceof Node.Dot) {
      return checked(dot, type);
    }
    if (operand instanceof Node.Nil) {
      if (type.canBeNil()) {
        return Absent.NO_VALUE;
      }
      throw fault("cannot assign nil to " + type.name());
    }
    if (operand instanceof Node.Field field) {
      return checked(field(dot, field, NO_OPERANDS, Absent.NOT_GIVEN), type);
    }
    if (operand instanceof Node.Variable variable) {
      return checked(variable(dot, variable, NO_OPERANDS, Absent.NOT_GIVEN), type);
    }
    if (operand instanceof Node.Pipe pipe) {
      return checked(pipeline(dot, pipe), type);
    }
    if (operand instanceof Node.Identifier identifier) {
      return checked(function(dot, identifier, identifier, NO_OPERANDS, Absent.NOT_GIVEN), type);
    }
    if (operand instanceof Node.Chain chain) {
      return checked(chain(dot, chain, NO_OPERANDS, Absent.NOT_GIVEN), type);
    }
    switch (type.kind()) {
      case ANY -> {
        return literal(dot, operand);
      }
      case STRING -> {
        if (operand instanceof Node.Str string) {
          return string.value();
        }
        throw fault("expected string; found " + operand);
      }
      case INT -> {
        if (operand instanceof Node.Num number && number.whole() != null) {
          return number.whole();
        }
        throw fault("expected integer; found " + operand);
      }
      default -> throw fault("can't handle " + operand + " for arg of type " + type.name());
    }
  }

  /** The value, if a parameter of the type takes it. */
  private Object checked(Object boxed, GoType type) {
    Object value = Values.unboxed(boxed);
    if (type.kind() == GoType.Kind.ANY) {
      return boxed;
    }
    if (boxed instanceof Absent) {
      if (type.canBeNil()) {
        return boxed;
      }
      throw fault("invalid value; expected " + type.name());
    }
    String found = value instanceof Absent ? "interface {}" : Values.typeName(value);
    if (!found.equals(type.name()) && !found.equals("*" + type.name())) {
      throw fault("wrong type for value; expected " + type.name() + "; got " + found);
    }
    return value;
  }

  private Object get(String variable) {
    for (int i = variables.size() - 1; i >= 0; i--) {
      if (variables.get(i).name.equals(variable)) {
        return variables.get(i).value;
      }
    }
    throw fault("undefined variable: " + variable);
  }

  private void set(String variable, Object value) {
    for (int i = variables.size() - 1; i >= 0; i--) {
      if (variables.get(i).name.equals(variable)) {
        variables.get(i).value = value;
        return;
      }
    }
    throw fault("undefined variable: " + variable);
  }

  private void pop(int mark) {
    while (variables.size() > mark) {
      variables.remove(variables.size() - 1);
    }
  }

  private void at(Node node) {
    place = node;
  }

  private TemplateException fault(String message) {
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
