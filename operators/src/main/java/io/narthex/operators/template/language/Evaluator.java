package io.narthex.operators.template.language;

import java.util.ArrayList;
import java.util.List;

/** Works out pipelines: operands, fields, calls of functions. */
final class Evaluator {
  private static final List<Node.Operand> NO_OPERANDS = List.of();

  private final RunState run;
  private final TemplateText.Functions functions;
  private final boolean absentKeysFail;

  /**
   * Works in a run.
   *
   * @param absentKeysFail whether it is a fault to ask for a key that is not there
   */
  Evaluator(RunState run, TemplateText.Functions functions, boolean absentKeysFail) {
    this.run = run;
    this.functions = functions;
    this.absentKeysFail = absentKeysFail;
  }

  /** The value of a pipeline; declares or sets its variables. */
  Object pipeline(Object dot, Node.Pipe pipe) {
    run.at(pipe);
    Object value = Absent.NOT_GIVEN;
    for (Node.Command command : pipe.commands()) {
      value = Values.unboxed(command(dot, command, value));
    }
    for (Node.Variable variable : pipe.variables()) {
      if (pipe.assigns()) {
        run.set(variable.name(), value);
      } else {
        run.declare(variable.name(), value);
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
    run.at(first);
    mustHaveNoArguments(first, arguments, last);
    if (first instanceof Node.Nil) {
      throw run.fault("nil is not a command");
    }
    return literal(dot, first);
  }

  private void mustHaveNoArguments(Node.Operand first, List<Node.Operand> arguments, Object last) {
    if (!arguments.isEmpty() || last != Absent.NOT_GIVEN) {
      throw run.fault(
          "can't give argument to non-function "
              + (first instanceof Node.Pipe ? "(" + first + ")" : first));
    }
  }

  private Object literal(Object dot, Node.Operand operand) {
    run.at(operand);
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
        throw run.fault(number + " overflows int");
      }
      return number.whole();
    }
    if (operand instanceof Node.Dot) {
      return dot;
    }
    throw run.fault("can't evaluate command " + Quoting.quote(operand.toString()));
  }

  private Object field(Object dot, Node.Field field, List<Node.Operand> arguments, Object last) {
    run.at(field);
    return fields(dot, dot, field, field.names(), arguments, last);
  }

  private Object chain(Object dot, Node.Chain chain, List<Node.Operand> arguments, Object last) {
    run.at(chain);
    if (chain.operand() instanceof Node.Nil) {
      throw run.fault("indirection through explicit nil in " + chain);
    }
    Object receiver = argument(dot, GoType.ANY, chain.operand());
    return fields(dot, receiver, chain, chain.fields(), arguments, last);
  }

  private Object variable(
      Object dot, Node.Variable variable, List<Node.Operand> arguments, Object last) {
    run.at(variable);
    Object value = run.get(variable.name());
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
        throw run.fault("nil pointer evaluating interface {}." + field);
      }
      if (absentKeysFail) {
        throw run.fault("nil data; no entry for key " + Quoting.quote(field));
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
          throw run.fault(field + " has arguments but cannot be invoked as function");
        }
        return value;
      }
    }
    if (receiver instanceof MapValue map) {
      if (hasArguments) {
        throw run.fault(field + " is not a method but has arguments");
      }
      if (absentKeysFail && !map.entries().containsKey(field)) {
        throw run.fault("map has no entry for key " + Quoting.quote(field));
      }
      return map.get(field);
    }
    throw run.fault("can't evaluate field " + field + " in type " + Values.typeName(boxed));
  }

  private Object function(
      Object dot,
      Node.Identifier identifier,
      Node node,
      List<Node.Operand> arguments,
      Object last) {
    run.at(identifier);
    String called = identifier.name();
    Function function = functions.find(called);
    if (function != null) {
      return call(dot, function, node, called, arguments, last);
    }
    function = BuiltIns.ALL.get(called);
    if (function == null) {
      throw run.fault(Quoting.quote(called) + " is not a defined function");
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
      throw run.fault(
          "wrong number of args for "
              + called
              + ": want at least "
              + (wanted - 1)
              + " got "
              + arguments.size());
    }
    if (!function.variadic() && count != wanted) {
      throw run.fault("wrong number of args for " + called + ": want " + wanted + " got " + count);
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
    run.step();
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
      run.at(node);
      throw run.fault("error calling " + called + ": " + e.getMessage());
    }
  }

  private Object argument(Object dot, GoType type, Node.Operand operand) {
    run.at(operand);
    if (operand instanceof Node.Dot) {
      return checked(dot, type);
    }
    if (operand instanceof Node.Nil) {
      if (type.canBeNil()) {
        return Absent.NO_VALUE;
      }
      throw run.fault("cannot assign nil to " + type.name());
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
        throw run.fault("expected string; found " + operand);
      }
      case INT -> {
        if (operand instanceof Node.Num number && number.whole() != null) {
          return number.whole();
        }
        throw run.fault("expected integer; found " + operand);
      }
      default -> throw run.fault("can't handle " + operand + " for arg of type " + type.name());
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
      throw run.fault("invalid value; expected " + type.name());
    }
    String found = value instanceof Absent ? "interface {}" : Values.typeName(value);
    if (!found.equals(type.name()) && !found.equals("*" + type.name())) {
      throw run.fault("wrong type for value; expected " + type.name() + "; got " + found);
    }
    return value;
  }
}
